"""Agents."""

from .autonomy import AutonomyLevel

DEFAULT = AutonomyLevel.LOW
