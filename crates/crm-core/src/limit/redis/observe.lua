-- Applies the information in a vendor's reply, so that all workers slow down. Same as in the counter of one
-- process.

if not state.data then return {} end
set('now', now)
for _, told in ipairs(call.told) do
  local window = windows[told.window]
  local name = window.name
  forget_expired(window)
  if told.limit then
    if told.limit < window.most then
      set('stated:' .. name, math.max(told.limit, 1))
    else
      unset('stated:' .. name)
    end
  end
  if told.remaining and (not told.gone or call.data == state.data) then
    -- The vendor counted at some time since the permit was granted. The units that expired since then may
    -- be in its figure, so only the excess over all of them was used by others.
    local seen = window.used + window.held + window.gone - (told.gone or window.gone)
    local others = limit(window) - seen - told.remaining
    if others > 0 then add(window, now + told.believed, others) end
  end
  if told.hold then
    set('held:' .. name, math.max(number('held:' .. name), now + told.hold))
  elseif told.lower then
    -- The refusals of one burst count as one event.
    local since = tonumber(state['lowered_at:' .. name])
    if not since or now >= since + window.span then
      local lowered = math.max(math.floor(limit(window) / 2), 1)
      set('lowered_at:' .. name, now)
      set('lowered:' .. name, lowered)
    end
  end
end
keep()
return {}
