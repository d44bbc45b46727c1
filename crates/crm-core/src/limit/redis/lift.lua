-- Opens the windows that refusals of the vendor closed, because a person declares that they are over.

if not state.data then return {} end
set('now', now)
for _, window in ipairs(windows) do
  unset('held:' .. window.name)
  unset('lowered_at:' .. window.name)
end
keep()
return {}
