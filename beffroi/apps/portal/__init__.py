"""The roof: home, search, my space, the counter's desk, the page of a whole initiative, the rules in force."""
