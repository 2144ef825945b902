"""The two ways in which input can be wrong. A third kind, a bug, is an `assert` and never stands for input."""


class Malformed(ValueError):
    """It does not parse. `where` names the place, `found` what stood there, `accepted` what may stand there."""

    def __init__(self, where: str, found: str, accepted: str) -> None:
        super().__init__(f"{where}: found {found}; accepted: {accepted}")
        self.where, self.found, self.accepted = where, found, accepted


class Refused(Exception):
    """Well formed, but a rule says no. `rule` is the stable code of the rule, `at_fault` who or what broke it."""

    def __init__(self, rule: str, at_fault: str = "") -> None:
        super().__init__(f"{rule}: {at_fault}" if at_fault else rule)
        self.rule, self.at_fault = rule, at_fault
