import "./app.mjs";
import "./late.js";
