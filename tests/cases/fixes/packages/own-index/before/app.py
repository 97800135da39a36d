import acmelib
