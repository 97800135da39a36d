"""Agents."""

from .autonomy_matrix import AutonomyLevel

DEFAULT = AutonomyLevel.LOW
