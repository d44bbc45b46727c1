-- What all scripts begin with: the account's state, its clock, and its windows.
--
-- KEYS  the account's state, the last tag of each worker, who came back in this round;
--       for each window its runs; for each class its queue, its leases, and its large tickets.
-- ARGV  the quotas and the call, both as JSON.
--
-- All times are microseconds of the server's clock.

local quotas = cjson.decode(ARGV[1])
local call = cjson.decode(ARGV[2])
local STATE, TAGS, MEMBERS = KEYS[1], KEYS[2], KEYS[3]
local function RUNS(w) return KEYS[3 + w] end
local function QUEUE(c) return KEYS[#quotas.windows + 3 * c + 1] end
local function LEASES(c) return KEYS[#quotas.windows + 3 * c + 2] end
local function LARGE(c) return KEYS[#quotas.windows + 3 * c + 3] end

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

-- The time never goes back. When the server's clock does, for example after a failover, the
-- account's time goes on from where it was: it may then be late, which errs on the safe side.
local now
do
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2] + number('shift')
  if now < number('now') then
    set('shift', number('shift') + number('now') - now)
    now = number('now')
  end
end

-- Windows: `used` units count now, `gone` have ever stopped counting.
local windows = {}
for w, quota in ipairs(quotas.windows) do
  local window = { index = w, name = quota.name, most = quota.limit, span = quota.span, slice = quota.slice }
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
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
  -- After an idle time the runs are gone altogether.
  if units < window.used and redis.call('EXISTS', key) == 0 then units = window.used end
  if units == 0 then return end
  window.used = window.used - units
  window.gone = window.gone + units
  set('used:' .. window.name, window.used)
  set('gone:' .. window.name, window.gone)
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
end

-- The limit that holds now: the configured one, or a lower one.
local function limit(window)
  local most = math.min(tonumber(state['stated:' .. window.name]) or window.most, window.most)
  local since = tonumber(state['lowered_at:' .. window.name])
  if not since then return most end
  -- A tenth comes back with each window that passes without another refusal.
  local back = math.floor((now - since) / window.span) * math.max(math.floor(most / 10), 1)
  local lowered = number('lowered:' .. window.name) + back
  if lowered < most then return lowered end
  unset('lowered_at:' .. window.name)
  return most
end

-- Takes a ticket out of the queue; whether it was there.
local function leave(c, ticket)
  redis.call('ZREM', LEASES(c), ticket)
  redis.call('ZREM', LARGE(c), ticket)
  return redis.call('ZREM', QUEUE(c), ticket) == 1
end

-- Gives the caller's place up, as if it had never asked: the worker's next ticket comes as much
-- earlier.
local function give_up()
  local flow = call.worker .. ':' .. quotas.classes[call.class].name
  if leave(call.class, call.ticket) and redis.call('ZSCORE', TAGS, flow) then
    redis.call('ZINCRBY', TAGS, -call.cost, flow)
  end
end

-- Everything of an account that is idle goes.
local function keep()
  local longest = 0
  for _, window in ipairs(windows) do longest = math.max(longest, window.span) end
  local ms = math.ceil(longest / 1000) + 60000
  for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], text(ms)) end
  -- The state tells an account that was idle from one whose data was lost.
  redis.call('PEXPIRE', STATE, text(ms + 86400000))
end
