from .utils import helper
