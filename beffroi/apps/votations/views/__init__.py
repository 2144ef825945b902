"""Pages (pages), published files (files), the booth (booth), and the desk of clerks and scrutineers (desk)."""
