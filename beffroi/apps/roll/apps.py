"""Registers the check that keeps sign-in codes off the screens of a real commune."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class RollConfig(AppConfig):
    name = "beffroi.apps.roll"

    def ready(self) -> None:
        from beffroi.apps.roll.checks import codes_stay_off_screen

        register(codes_stay_off_screen, Tags.database)
