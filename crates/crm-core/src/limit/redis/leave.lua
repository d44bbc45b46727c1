-- Gives a place in the queue up.

give_up()
return {}
