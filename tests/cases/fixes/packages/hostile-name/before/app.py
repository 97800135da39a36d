raise ModuleNotFoundError("No module named '$(touch owned)'")
