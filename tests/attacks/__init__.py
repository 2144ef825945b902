"""Attacks on a real server: a process of its own, a database of its own, clients over HTTP, kill -9, and a thief."""
