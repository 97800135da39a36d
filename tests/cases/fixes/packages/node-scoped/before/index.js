console.log(require('@acme/tidbit/lib/part'));
