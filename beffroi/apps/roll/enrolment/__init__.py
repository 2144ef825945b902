"""The wider register: asking to be enrolled, the decision, the appeal; then moving, leaving, confirming once a year."""
