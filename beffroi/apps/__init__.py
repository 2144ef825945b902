"""What residents, agents and councillors see. One app is one plural thing; the order of the floors is in docs and in pyproject."""
