console.log(format(1));
