-- Takes a permit from all windows of its class at once, or a place in the queue.
--
-- Answers are lists of texts, beginning with a word, the time, the data's name and the round:
--   granted  used, free and gone of each window of the class
--   again    ask again after so long; the ticket's tag
--   refused  the deadline cannot be met: the wait, and the window that is short
--   never    the window that is smaller than the request
--   join     say first what you did on your own
--   late     the call came too late and did nothing

local GRACE = quotas.grace

local function answer(word, ...)
  return { word, text(now), state.data or '', text(number('round')), ... }
end

-- A call that was held up must not act on what was true when it was sent.
if call.before and now > call.before then return answer('late') end

-- Data and rounds -------------------------------------------------------------------------------

-- Runs that are gone before their time were evicted: what was used is not known any more.
for _, window in ipairs(windows) do
  local counting = window.used > 0 and now < number('now') + window.span
  if counting and redis.call('EXISTS', RUNS(window.index)) == 0 then unset('data') end
end

-- Until the gate of a window opens, only the shares of those who came back are given: the others
-- may still be granting on their own.
local function new_round()
  set('round', number('round') + 1)
  set('began', now)
  redis.call('DEL', MEMBERS)
  for _, window in ipairs(windows) do
    set('gate:' .. window.name, now + math.min(window.span, quotas.long) + quotas.laggards)
    set('shares:' .. window.name, 0)
  end
end

local function join(part)
  if not state.data then
    redis.call('DEL', unpack(KEYS))
    state = {}
    for _, window in ipairs(windows) do window.used, window.gone = 0, 0 end
    set('data', call.ticket)
    new_round()
  elseif part.away and number('began') < now - part.away then
    new_round()
  end
  for _, window in ipairs(windows) do
    for _, run in ipairs(part.logs[window.index]) do add(window, now + run[1], run[2]) end
  end
  if redis.call('SADD', MEMBERS, call.worker) == 1 then
    for _, window in ipairs(windows) do
      local field = 'shares:' .. window.name
      set(field, string.format('%.9f', number(field) + part.shares[window.index]))
    end
  end
  keep()
end

if call.join and (call.data == '' or call.data == state.data) then
  join(call.join)
elseif call.data ~= state.data or call.round ~= state.round then
  return answer('join')
end
set('now', now)
for _, window in ipairs(windows) do forget_expired(window) end

-- Room ------------------------------------------------------------------------------------------

-- When the unit of this index stops counting.
local function nth_expiry(window, index)
  local passed = 0
  local runs = redis.call('ZRANGE', RUNS(window.index), 0, text(index), 'WITHSCORES')
  for i = 1, #runs, 2 do
    passed = passed + count_of(runs[i])
    if passed > index then return tonumber(runs[i + 1]) end
  end
end

-- When `cost` can be had under a limit if `ahead` is taken before it.
local function room(window, limit, cost, ahead)
  local open = math.max(now, number('held:' .. window.name))
  local excess = window.used + ahead + cost - limit
  if excess <= 0 then return open end
  -- Units beyond those in the log are those that will have been granted by then.
  local index, rounds = excess - 1, 0
  if index >= window.used then index, rounds = index % limit, math.floor(index / limit) end
  local first = nth_expiry(window, index) or open + window.span
  return math.max(open, first + rounds * window.span)
end

-- The limit while the gate is shut, and until when that is.
local function gated(window)
  local gate = number('gate:' .. window.name)
  if gate <= now then return nil end
  return math.floor(number('shares:' .. window.name) + 0.000001), gate
end

local function when(window, cost, ahead)
  -- A lowered limit must not starve a permit that costs more than what is left of it.
  local most = math.max(limit(window), cost, 1)
  local at = room(window, most, cost, ahead)
  local shares, gate = gated(window)
  if not shares then return at end
  if shares < math.max(cost, 1) then return math.max(at, gate) end
  return math.max(at, math.min(room(window, math.min(most, shares), cost, ahead), gate))
end

local function free(window)
  if number('held:' .. window.name) > now then return 0 end
  local most = limit(window)
  return math.min(most, gated(window) or most) - window.used
end

-- The queue -------------------------------------------------------------------------------------

-- A ticket is "worker:number:cost". Its tag is its place in the queue, its lease ends a little
-- after the time it was told to ask again.
local function worker_of(ticket) return string.match(ticket, '^[^:]*') end
local function cost_of(ticket) return tonumber(string.match(ticket, '%d+$')) end

-- Tickets that nobody asked for go. Where another worker's ticket lapses, all of its tickets go: it
-- is probably dead, and if not it asks again and has its places back.
local function lapse(c)
  local dead, some = {}, false
  for _, ticket in ipairs(redis.call('ZRANGE', LEASES(c), '-inf', text(now), 'BYSCORE')) do
    leave(c, ticket)
    local worker = worker_of(ticket)
    if worker ~= call.worker then dead[worker], some = true, true end
  end
  if not some then return end
  for _, ticket in ipairs(redis.call('ZRANGE', QUEUE(c), 0, -1)) do
    if dead[worker_of(ticket)] then leave(c, ticket) end
  end
end

-- What the tickets before this tag want, and how much of it is kept for them already: as much as is
-- due now, and all that large ones want, which could never gather it otherwise. Room that frees up
-- before anyone was told to come for it is anyone's.
local function queued(c, tag)
  local before = '(' .. text(tag)
  local wanted = redis.call('ZCOUNT', QUEUE(c), '-inf', before)
  if wanted == 0 then return 0, 0 end
  local due = redis.call('ZCOUNT', LEASES(c), '-inf', text(now + GRACE))
  local lease = tonumber(redis.call('ZSCORE', LEASES(c), call.ticket))
  if lease and lease <= now + GRACE then due = due - 1 end
  local kept = math.min(due, wanted)
  for _, ticket in ipairs(redis.call('ZRANGE', LARGE(c), '-inf', before, 'BYSCORE')) do
    wanted = wanted + cost_of(ticket) - 1
    kept = kept + cost_of(ticket)
  end
  return wanted, math.min(kept, wanted)
end

local own = quotas.classes[call.class]
local mine = {}
for _, w in ipairs(own.windows) do mine[w] = true end
for c in ipairs(quotas.classes) do lapse(c) end

-- Start-time fair queueing: a worker's next ticket comes one cost after its last one, but not
-- before the last one served. So the workers take turns, however many tickets each has.
local flow = call.worker .. ':' .. own.name
local tag = tonumber(call.tag)
local served = number('served')
if not tag then
  tag = math.max(served, tonumber(redis.call('ZSCORE', TAGS, flow)) or 0) + call.cost
end
local function take_place()
  if call.tag then return end
  redis.call('ZREMRANGEBYSCORE', TAGS, '-inf', text(served))
  redis.call('ZADD', TAGS, text(tag), flow)
end

-- Who comes first in each of my windows. A queue that waits for another window than mine takes no
-- more of mine than it could use.
local wanted, kept = {}, {}
for _, w in ipairs(own.windows) do wanted[w], kept[w] = 0, 0 end
for c, class in ipairs(quotas.classes) do
  local all, due = queued(c, tag)
  if all > 0 then
    local usable = math.huge
    for _, w in ipairs(class.windows) do
      if not mine[w] then usable = math.min(usable, math.max(free(windows[w]), 0)) end
    end
    for _, w in ipairs(class.windows) do
      if mine[w] then
        wanted[w] = wanted[w] + math.min(all, usable)
        kept[w] = kept[w] + math.min(due, usable)
      end
    end
  end
end

-- `at` is when this ticket's turn comes, `alone` when it could come with nobody before it.
local at, alone, ready, short = now, now, true, nil
for _, w in ipairs(own.windows) do
  local window = windows[w]
  if call.cost > window.most then
    give_up()
    return answer('never', window.name)
  end
  ready = ready and when(window, call.cost, kept[w]) <= now
  alone = math.max(alone, when(window, call.cost, 0))
  local turn = when(window, call.cost, wanted[w])
  if turn > at then at, short = turn, window.name end
end

if ready then
  take_place()
  leave(call.class, call.ticket)
  -- Who took room that was anyone's does not move the others' turn.
  local first = redis.call('ZRANGE', QUEUE(call.class), 0, 0, 'WITHSCORES')
  set('served', math.max(served, math.min(tag, tonumber(first[2]) or tag)))
  local figures = {}
  for _, w in ipairs(own.windows) do
    local window = windows[w]
    add(window, now + window.span, call.cost)
    for _, figure in ipairs({ window.used, math.max(free(window), 0), window.gone }) do
      figures[#figures + 1] = text(figure)
    end
  end
  keep()
  return answer('granted', unpack(figures))
end

if call.patience and at - now > call.patience then
  give_up()
  return answer('refused', text(at - now), short or '')
end

-- Whoever has others before him looks in between: one of them may be gone.
local wait = at - now
if alone < at then
  wait = math.min(wait, math.max(alone - now + 1.25 * GRACE, wait / 2))
end
wait = math.max(wait, 1000)
take_place()
redis.call('ZADD', QUEUE(call.class), text(tag), call.ticket)
redis.call('ZADD', LEASES(call.class), text(now + wait + GRACE), call.ticket)
if call.cost > 1 then redis.call('ZADD', LARGE(call.class), text(tag), call.ticket) end
keep()
return answer('again', text(wait), text(tag))
