-- The common beginning of all scripts: the account's state, its clock, its windows, and the seats.
--
-- KEYS  the account's state; the last tag of each worker; the workers that came back in this round; the seats;
--       for each window its runs; for each class its queue.
-- ARGV  the quotas and the call, both as JSON.
--
-- All times are microseconds of the server's clock.

local quotas = cjson.decode(ARGV[1])
local call = cjson.decode(ARGV[2])
local STATE, TAGS, MEMBERS, SEATS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local function RUNS(w) return KEYS[4 + w] end
local function QUEUE(c) return KEYS[4 + #quotas.windows + c] end

-- Lua's own conversion keeps 14 digits; times have 16.
local function text(number) return string.format('%.0f', number) end

local state = {}
do
  local fields = redis.call('HGETALL', STATE)
  for i = 1, #fields, 2 do state[fields[i]] = fields[i + 1] end
end
local function number(field) return tonumber(state[field]) or 0 end
local function set(field, value)
  if type(value) == 'number' and value == math.floor(value) then value = text(value) end
  state[field] = value
  redis.call('HSET', STATE, field, value)
end
local function unset(field)
  state[field] = nil
  redis.call('HDEL', STATE, field)
end

-- The time never decreases. When the server's clock does, for example after a failover, the
-- account's time continues from its last value: it may then be late, which errs on the safe side.
local now
do
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2] + number('shift')
  if now < number('now') then
    set('shift', number('shift') + number('now') - now)
    now = number('now')
  end
end

-- Windows: `held` units are those of the seats, `used` units count for a time after their attempt ended,
-- `gone` units have stopped counting.
local windows = {}
for w, quota in ipairs(quotas.windows) do
  local window = { index = w, name = quota.name, most = quota.limit, span = quota.span, slice = quota.slice }
  window.held = number('seats:' .. quota.name)
  window.used = number('used:' .. quota.name)
  window.gone = number('gone:' .. quota.name)
  windows[w] = window
end

-- A run is a member "expiry:count" with its expiry as the score.
local function count_of(run) return tonumber(string.match(run, ':(%d+)$')) end

local function forget_expired(window)
  local key = RUNS(window.index)
  local units = 0
  for _, run in ipairs(redis.call('ZRANGE', key, '-inf', text(now), 'BYSCORE')) do
    units = units + count_of(run)
  end
  if units > 0 then redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now)) end
  -- After an idle time no runs exist.
  if units < window.used and redis.call('EXISTS', key) == 0 then units = window.used end
  if units == 0 then return end
  window.used = window.used - units
  window.gone = window.gone + units
  set('used:' .. window.name, window.used)
  set('gone:' .. window.name, window.gone)
end

-- No data of the account may expire before this time.
local function keep_until(time)
  if time > number('until') then set('until', time) end
end

-- Counts units until their expiry.
local function add(window, expiry, units)
  if units <= 0 then return end
  if window.slice > 0 then expiry = math.ceil(expiry / window.slice) * window.slice end
  local key, at, total = RUNS(window.index), text(expiry), units
  for _, run in ipairs(redis.call('ZRANGE', key, at, at, 'BYSCORE')) do
    total = total + count_of(run)
    redis.call('ZREM', key, run)
  end
  redis.call('ZADD', key, at, at .. ':' .. text(total))
  window.used = window.used + units
  set('used:' .. window.name, window.used)
  keep_until(expiry)
end

-- The current limit: the configured one, or a lower one.
local function limit(window)
  local most = math.min(tonumber(state['stated:' .. window.name]) or window.most, window.most)
  local since = tonumber(state['lowered_at:' .. window.name])
  if not since then return most end
  -- A tenth of the limit is restored with each window that passes without another refusal.
  local back = math.floor((now - since) / window.span) * math.max(math.floor(most / 10), 1)
  local lowered = number('lowered:' .. window.name) + back
  if lowered < most then return lowered end
  unset('lowered_at:' .. window.name)
  return most
end

-- Seats -----------------------------------------------------------------------------------------

-- A permit is a seat from its grant until its attempt has ended: a member
-- "worker:number:cost:class" whose score is the end of its lease. The worker renews the lease of a
-- long attempt, so that only the seats of a dead worker lapse.
local function windows_of(seat)
  local cost, class = string.match(seat, '^[^:]*:%d+:(%d+):(.*)$')
  for _, known in ipairs(quotas.classes) do
    if known.name == class then return tonumber(cost), known.windows end
  end
  return 0, {}
end

local longest = 0
for _, window in ipairs(windows) do longest = math.max(longest, window.span) end

local function hold(seat, lease)
  keep_until(now + lease + longest)
  if redis.call('ZADD', SEATS, text(now + lease), seat) == 0 then return end
  local cost, indices = windows_of(seat)
  for _, w in ipairs(indices) do
    local window = windows[w]
    window.held = window.held + cost
    set('seats:' .. window.name, window.held)
  end
end

-- Ends a seat: it counts for one window from `from` on, or not at all if that is nil. An end that
-- is reported twice counts once.
local function vacate(seat, from)
  if redis.call('ZREM', SEATS, seat) == 0 then return end
  local cost, indices = windows_of(seat)
  for _, w in ipairs(indices) do
    local window = windows[w]
    window.held = window.held - cost
    set('seats:' .. window.name, window.held)
    if from then add(window, from + window.span, cost) end
  end
end

local function vacate_lapsed()
  -- After an idle time no seats exist.
  if redis.call('EXISTS', SEATS) == 0 then
    for _, window in ipairs(windows) do
      if window.held > 0 then
        set('gone:' .. window.name, window.gone + window.held)
        set('seats:' .. window.name, 0)
        window.gone, window.held = window.gone + window.held, 0
      end
    end
  end
  for _, seat in ipairs(redis.call('ZRANGE', SEATS, '-inf', text(now), 'BYSCORE')) do
    vacate(seat, tonumber(redis.call('ZSCORE', SEATS, seat)))
  end
end

-- The worker's report of its seats, sent with every call. Each entry of `ends` is a seat, the time between the end of
-- its attempt and the sending of this call, and the time for which its request may still arrive; or the
-- seat alone, if nothing was ever sent for it. A delayed call reports a later end than
-- the true one, which errs on the safe side. If the data was lost, no part of the report may be written:
-- the worker must join, and reports everything then.
if state.data then
  for _, ended in ipairs(call.ends or {}) do
    local seat, ago, allowance = ended[1], ended[2], ended[3]
    vacate(seat, ago and now - ago + allowance)
  end
  for _, renewed in ipairs(call.renewed or {}) do
    keep_until(now + renewed[2] + longest)
    redis.call('ZADD', SEATS, 'XX', text(now + renewed[2]), renewed[1])
  end
end

-- All data of an idle account expires.
local function keep()
  local ms = math.ceil(math.max(number('until') - now, longest) / 1000) + 60000
  for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], text(ms)) end
  -- The state distinguishes an account that was idle from one whose data was lost.
  redis.call('PEXPIRE', STATE, text(ms + 86400000))
end
