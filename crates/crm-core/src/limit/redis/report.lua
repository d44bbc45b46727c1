-- Reports the seats whose attempts ended or continue, if no other call is about to be sent, and
-- gives up the worker's place in a queue if it no longer waits. Returns the data's
-- name, because the worker must join again if the name has changed.

if call.leave then redis.call('HDEL', QUEUE(call.leave), call.worker) end
if state.data then
  set('now', now)
  keep()
end
return { state.data or '' }
