throw new Error("Cannot find module '$(touch owned)'");
