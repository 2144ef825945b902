"""The frame of every page: layout, design tokens, template tags, error pages, static files, the worker's loop.

Knows no app: an app offers its jobs in `jobs.py`, its refusals' sentences in `refusals.py`, and the frame finds them.
"""
