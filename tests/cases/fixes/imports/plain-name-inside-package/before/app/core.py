from utils import helper

value = helper()
