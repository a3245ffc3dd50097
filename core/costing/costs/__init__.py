"""What a unit costs: the steps of the precedence, Finale's costs, plain sales by columns, prefilled and suspects."""
