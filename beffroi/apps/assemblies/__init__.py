"""Councils, their sittings, agendas, hearings and answers; officials and their mandates.

Legal delays come from `core.suffrage` and the pack (CGCT L2121-11, L2121-12, L2121-17). A hearing is a promise: a
petition that reached 5 % of the inhabitants is heard in person at the next sitting, and the council owes a written
answer by a due date.
"""
