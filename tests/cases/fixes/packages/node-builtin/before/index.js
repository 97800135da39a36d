throw new Error("Cannot find module 'fs'");
