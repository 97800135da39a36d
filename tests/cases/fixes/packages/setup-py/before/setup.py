from setuptools import setup

REQUIRES = ["click>=8", "attrs"]

setup(name="shop", install_requires=REQUIRES)
