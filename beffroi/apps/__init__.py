"""What residents, agents and councillors see. One app is one plural thing; pyproject.toml has the order of floors."""
