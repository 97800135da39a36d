if (require("..").answer() !== 42) process.exit(1);
