class AutonomyLevel:
    LOW = 1
