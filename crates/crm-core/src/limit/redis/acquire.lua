-- Takes permits from all windows of their class at once, or a place in the queue.
--
-- Replies are lists of texts: a word, the time, the data's name, the round, the count of changes.
--   join   the worker must first report the permits that it granted on its own
--   late   the call came too late and did nothing
--   ok     followed by the number of permits granted; used, free and gone of each window of the class
--          after the last one; and the result of the first permit not granted, if there is one:
--     again    ask again after this wait; its tag; the wait of a request that comes after all of them
--     refused  the deadline cannot be met: the wait, and the window without room
--     never    the window that is smaller than the request

local GRACE = quotas.grace

local function answer(word, ...)
  return { word, text(now), state.data or '', text(number('round')), text(number('count')), ... }
end

-- For a call that only ends seats. The keys that it created must expire too.
local function end_with(word)
  keep()
  return answer(word)
end

-- A delayed call must not act on a state that was true only when it was sent.
if call.before and now > call.before then return end_with('late') end

-- Data and rounds -------------------------------------------------------------------------------

-- Data that may be older than the last known state counts as lost, because it does not contain the permits granted
-- since. This is so if another server process wrote it last, which has its own replication history
-- (a restart, a failover, a backup), or if it contains less than this worker has seen of it.
local history
do
  local said = redis.pcall('INFO', 'replication')
  history = type(said) == 'string' and string.match(said, 'master_replid:(%x+)') or nil
end
if history and state.history ~= history then unset('data') end
if call.data == state.data and call.seen > number('count') then unset('data') end

-- Data that disappeared before its time was evicted, so its counts are no longer known.
for _, window in ipairs(windows) do
  local counting = window.used > 0 and now < number('now') + window.span
  if counting and redis.call('EXISTS', RUNS(window.index)) == 0 then unset('data') end
  if window.held > 0 and now < number('until') and redis.call('EXISTS', SEATS) == 0 then unset('data') end
end

-- Until the gate of a window opens, only the shares of the workers that came back are granted: the others
-- may still be granting on their own, or may hold permits that have not been reported yet. It opens
-- early when all workers are back, if each was present for the whole previous window, because then all is reported.
local function new_round()
  set('round', number('round') + 1)
  set('began', now)
  redis.call('DEL', MEMBERS)
  for _, window in ipairs(windows) do
    set('gate:' .. window.name, now + math.min(window.span, quotas.long) + quotas.laggards)
    set('shares:' .. window.name, 0)
    set('knowing:' .. window.name, 0)
  end
end

local function join(part)
  if not state.data then
    redis.call('DEL', unpack(KEYS))
    state = {}
    for _, window in ipairs(windows) do window.held, window.used, window.gone = 0, 0, 0 end
    set('data', part.name)
    if history then set('history', history) end
    new_round()
  elseif part.away and number('began') < now - part.away then
    new_round()
  end
  for _, window in ipairs(windows) do
    for _, run in ipairs(part.logs[window.index]) do add(window, now + run[1], run[2]) end
  end
  for _, seat in ipairs(part.seats) do hold(seat[1], seat[2]) end
  if redis.call('SADD', MEMBERS, call.worker) == 1 then
    for _, window in ipairs(windows) do
      local field = 'shares:' .. window.name
      set(field, string.format('%.9f', number(field) + part.shares[window.index]))
      if part.knows[window.index] then set('knowing:' .. window.name, number('knowing:' .. window.name) + 1) end
      if number('knowing:' .. window.name) >= quotas.workers then set('gate:' .. window.name, now) end
    end
  end
  set('count', number('count') + 1)
  keep()
end

if call.join and (call.data == '' or call.data == state.data) then
  join(call.join)
elseif call.data ~= state.data or call.round ~= state.round then
  return end_with('join')
end
set('now', now)
vacate_lapsed()
for _, window in ipairs(windows) do forget_expired(window) end

-- Room ------------------------------------------------------------------------------------------

-- The runs in the order of their expiry, with the held units in between: they expire one window
-- after this moment at the earliest.
local function log_of(window)
  if window.log then return window.log end
  local log, last, held = {}, now + window.span, window.held
  local runs = redis.call('ZRANGE', RUNS(window.index), 0, -1, 'WITHSCORES')
  for i = 1, #runs, 2 do
    local expiry = tonumber(runs[i + 1])
    if held > 0 and expiry > last then
      log[#log + 1] = { last, held }
      held = 0
    end
    log[#log + 1] = { expiry, count_of(runs[i]) }
  end
  if held > 0 then log[#log + 1] = { last, held } end
  window.log = log
  return log
end

-- Time at which the unit of this index stops counting.
local function nth_expiry(window, index)
  local passed = 0
  for _, run in ipairs(log_of(window)) do
    passed = passed + run[2]
    if passed > index then return run[1] end
  end
end

-- Time at which `cost` is available under a limit if `ahead` is taken before it.
local function room(window, limit, cost, ahead)
  local open = math.max(now, number('held:' .. window.name))
  local counting = window.used + window.held
  local excess = counting + ahead + cost - limit
  if excess <= 0 then return open end
  -- Units beyond those in the log are those that will have been granted by then.
  local index, rounds = excess - 1, 0
  if index >= counting then index, rounds = index % limit, math.floor(index / limit) end
  local first = nth_expiry(window, index) or open + window.span
  return math.max(open, first + rounds * window.span)
end

-- The limit while the gate is shut, and the time until which it is shut. A worker has a whole permit if its
-- share is a part of one, so that a single worker is not locked out of a new account: a share that
-- is not zero represents an equal part, or a permit which that worker had before.
local function gated(window)
  local gate = number('gate:' .. window.name)
  if gate <= now then return nil end
  local shares = number('shares:' .. window.name) + 0.000001
  if shares > 0.00001 then shares = math.max(shares, 1) end
  return math.floor(shares), gate
end

-- Returns true if a refusal of the vendor holds the window back.
local function refused(window)
  return number('held:' .. window.name) > now or state['lowered_at:' .. window.name] ~= nil
end

local function when(window, cost, ahead)
  -- A lowered limit must not starve a permit that costs more than the limit.
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
  return math.min(most, gated(window) or most) - window.used - window.held
end

-- The queue -------------------------------------------------------------------------------------

-- Each worker has one place in the queue of a class, whatever number of its tasks waits behind it:
-- "tag:lease:first:all" contains the place's tag, its lease, which ends shortly after the time at which
-- the worker should ask again, the cost of its first permit, and the cost of all its waiting tasks. A place
-- whose worker does not ask lapses. The worker is probably dead; if not, it has its place back when it
-- asks again.
local places = {}
for c in ipairs(quotas.classes) do
  places[c] = {}
  local fields = redis.call('HGETALL', QUEUE(c))
  for i = 1, #fields, 2 do
    local tag, lease, first, all = string.match(fields[i + 1], '^(%d+):(%d+):(%d+):(%d+)$')
    local place = { tag = tonumber(tag), lease = tonumber(lease), first = tonumber(first), all = tonumber(all) }
    -- Of two with the same tag one comes first; otherwise both would come without success at the same time.
    place.earlier = fields[i] < call.worker and 1 or 0
    if fields[i] == call.worker and c == call.class then
      places.own = place
    elseif place.lease < now then
      redis.call('HDEL', QUEUE(c), fields[i])
    else
      table.insert(places[c], place)
    end
  end
end

-- The units that the others need before this tag, and those that are already reserved for them: the units of the
-- workers that are due now, and all of a large permit, which could never collect them otherwise. Room that becomes
-- free before a worker was due to take it is available to any worker.
local function queued(c, tag)
  local wanted, kept = 0, 0
  for _, place in ipairs(places[c]) do
    local ahead = tag - place.tag + place.earlier
    if ahead > 0 then
      local before = math.min(place.all, math.max(ahead, place.first))
      wanted = wanted + before
      if place.lease <= now + GRACE then
        kept = kept + before
      elseif place.first > 1 then
        kept = kept + place.first
      end
    end
  end
  return wanted, kept
end

local own = quotas.classes[call.class]
local mine = {}
for _, w in ipairs(own.windows) do mine[w] = true end

-- The workers that come before this tag in each of its windows. A queue that waits for another window takes
-- no more of these windows than it could use.
local function ahead_of(tag)
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
  return wanted, kept
end

-- Start-time fair queueing: a worker's next permit starts where its last one ended, but not before
-- the last one served. The workers therefore take turns, whatever the number of tasks and the number and cost
-- of permits of each of them.
local flow = call.worker .. ':' .. own.name
local served = number('served')
local tag = places.own and places.own.tag or tonumber(call.tag)
if not tag then tag = math.max(served, tonumber(redis.call('ZSCORE', TAGS, flow)) or 0) end

local given, left = 0, call.all
local tight
for _, want in ipairs(call.wants) do
  local seat, cost, lease = want[1], want[2], want[3]
  for _, w in ipairs(own.windows) do
    if cost > windows[w].most then tight = windows[w].name end
  end
  if tight then break end
  -- A question that was sent twice, because its reply was lost, counts once.
  local asked = redis.call('ZSCORE', SEATS, seat)
  if not asked then
    local _, kept = ahead_of(tag)
    local ready = true
    for _, w in ipairs(own.windows) do ready = ready and when(windows[w], cost, kept[w]) <= now end
    if not ready then break end
    hold(seat, lease)
    for _, w in ipairs(own.windows) do windows[w].log = nil end
    -- A worker that took generally available room does not change the turn of the others.
    local first = tag
    for _, place in ipairs(places[call.class]) do first = math.min(first, place.tag) end
    served = math.max(served, first)
    tag = tag + cost
  end
  given, left = given + 1, left - cost
end

local said = { text(given) }
for _, w in ipairs(own.windows) do
  local window = windows[w]
  for _, figure in ipairs({ window.used + window.held, math.max(free(window), 0), window.gone }) do
    said[#said + 1] = text(figure)
  end
end
if given > 0 then
  set('served', served)
  set('count', number('count') + given)
  redis.call('ZREMRANGEBYSCORE', TAGS, '-inf', text(served))
  redis.call('ZADD', TAGS, text(tag), flow)
end

local function done(...)
  for _, part in ipairs({ ... }) do said[#said + 1] = part end
  keep()
  return answer('ok', unpack(said))
end

local function give_place_up()
  if places.own then redis.call('HDEL', QUEUE(call.class), call.worker) end
end

local first = call.wants[given + 1]
if not first then
  give_place_up()
  return done()
end
if tight then
  give_place_up()
  return done('never', tight)
end

-- `at` is the time of its turn, `alone` the time of its turn if no other came before it, `last` the
-- time of the turn of a request that would be the last of this worker.
local cost, patience = first[2], first[4]
local at, alone, last, short = now, now, now, ''
local wanted = ahead_of(tag)
local behind = ahead_of(tag + left)
for _, w in ipairs(own.windows) do
  local window = windows[w]
  local turn = when(window, cost, wanted[w])
  if turn > at then at, short = turn, window.name end
  alone = math.max(alone, when(window, cost, 0))
  last = math.max(last, when(window, 1, behind[w] + left))
end
if patience and at - now > patience then
  give_place_up()
  return done('refused', text(at - now), short)
end

-- A worker that has others before it and waits for long checks in between, because one of them may have died.
local wait = at - now
if alone < at then
  wait = math.min(wait, math.max(alone - now + 1.25 * GRACE, wait / 2, quotas.look))
end
-- A gate may open early. So may a window that a refusal closed or made smaller, because a person can declare
-- that the refusal is over.
for _, w in ipairs(own.windows) do
  local _, gate = gated(windows[w])
  if gate then wait = math.min(wait, math.max((gate - now) / 4, GRACE)) end
  if refused(windows[w]) then wait = math.min(wait, quotas.look) end
end
wait = math.max(wait, 1000)
local lease = text(now + wait + GRACE)
redis.call('HSET', QUEUE(call.class), call.worker, table.concat({ text(tag), lease, text(cost), text(left) }, ':'))
return done('again', text(wait), text(tag), text(last - now))
