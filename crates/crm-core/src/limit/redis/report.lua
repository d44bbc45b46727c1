-- Learns of the seats whose attempts ended or go on, where no other call is about to be sent, and
-- takes the worker's place in a queue back if it does not wait any more. Answers with the data's
-- name, as the worker has to join again if that is another one.

if call.leave then redis.call('HDEL', QUEUE(call.leave), call.worker) end
if state.data then
  set('now', now)
  keep()
end
return { state.data or '' }
