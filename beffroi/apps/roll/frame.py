"""What this app adds to the frame of every page."""

DOORS = {"sign_in": "roll:sign_in", "sign_out": "roll:sign_out", "counter_close": "roll:counter_close"}
