value = call(argument_one, argument_two)
