the_value = call(argument_one, argument_two)
