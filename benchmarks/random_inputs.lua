-- Requests for predictions with inputs drawn at random; at the end, wrk's figures as one line of JSON.
--
-- Arguments after "--":
--   new | repeating   no input twice, or always one of a hundred
--   query | body      the input's place in the request
--   seed              of the draw

local REPEATING = 100
local inputs, drawn, repeats, in_body = {}, 0, false, false

function init(arguments)
   repeats, in_body = arguments[1] == "repeating", arguments[2] == "body"
   math.randomseed(tonumber(arguments[3]))
   for hour = 0, 23 do
      for weekday = 0, 6 do
         for day = 1, 366 do
            inputs[#inputs + 1] = {hour, weekday, day}
         end
      end
   end
   for last = #inputs, 2, -1 do
      local other = math.random(last)
      inputs[last], inputs[other] = inputs[other], inputs[last]
   end
end

function request()
   drawn = drawn + 1
   local input = inputs[repeats and math.random(REPEATING) or drawn]
   if not input then
      error("all inputs are used up, and a server may remember them; make the rounds shorter")
   end
   if in_body then
      local body = string.format('{"hour_of_day": %d, "day_of_week": %d, "day_of_year": %d}', unpack(input))
      return wrk.format("GET", nil, {["Content-Type"] = "application/json"}, body)
   end
   return wrk.format("GET", string.format("%s?hour_of_day=%d&day_of_week=%d&day_of_year=%d", wrk.path, unpack(input)))
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests_per_second": %.1f, "median_ms": %.3f, "p99_ms": %.3f, "answers": %d, "failures": %d}\n',
      summary.requests / summary.duration * 1e6,
      latency:percentile(50) / 1e3,
      latency:percentile(99) / 1e3,
      summary.requests,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout
   ))
end
