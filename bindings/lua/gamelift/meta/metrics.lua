-- SPDX-License-Identifier: Apache-2.0
---@meta _
-- Annotations of gamelift.metrics for the Lua language server; never run. A spec compares them with the C module.

--- Everything is optional. What is given here is used as it is; the environment counts only without a table.
---@class gamelift.metrics_options
---@field statsd_host? string           # an address, or "localhost"; 127.0.0.1
---@field statsd_port? integer          # 8125
---@field crash_reporter_host? string   # 127.0.0.1
---@field crash_reporter_port? integer  # 8126
---@field without_crash_reporter? boolean
---@field flush_interval_ms? integer    # 10000
---@field max_packet_size? integer      # 512 bytes

---@class gamelift.metrics
local metrics = {}

--- Send metrics to a StatsD collector from now on, what was recorded before too: without options as the environment
--- says (GAMELIFT_STATSD_HOST, GAMELIFT_STATSD_PORT, ...). The plugin may have done this.
---@param options? gamelift.metrics_options
---@return true? ok
---@return string? message
---@return gamelift.code? code
function metrics:start(options) end

--- A name, and a tag's key, are a letter and then letters, digits and _-./ up to 200 bytes; a tag's value may have ':'
--- too.
---@class gamelift.metric_options
---@field tags? table<string, string>   # up to 16
---@field sample_rate? number           # above 0, up to 1: the share of samples that is taken; not of gauges
---@field derived? ("latest"|"max"|"min"|"mean"|"sum"|"count")[]
---@field percentiles? number[]         # above 0, up to 100; a timer without `derived` too: 50, 90, 95

--- What is so: its last value is sent in each interval. The same name and tags give the same metric.
---@param name string
---@param options? gamelift.metric_options
---@return gamelift.metric? gauge
---@return string? message
---@return gamelift.code? code
function metrics:gauge(name, options) end

--- What happens: the sum of each interval is sent.
---@param name string
---@param options? gamelift.metric_options
---@return gamelift.metric? counter
---@return string? message
---@return gamelift.code? code
function metrics:counter(name, options) end

--- How long something takes: the mean of each interval is sent, in milliseconds.
---@param name string
---@param options? gamelift.metric_options
---@return gamelift.metric? timer
---@return string? message
---@return gamelift.code? code
function metrics:timer(name, options) end

--- A tag of every line from now on; nil: not any more.
---@param key string
---@param value string?
---@return true? ok
---@return string? message
---@return gamelift.code? code
function metrics:tag(key, value) end

--- Send what is left, and that this server is down. Metrics can be started again; what was made stays.
---@return true? ok
---@return string? message
---@return gamelift.code? code
function metrics:stop() end

--- True between start and stop.
---@return boolean
function metrics:is_running() end

--- Raises for what is no sample: a wrong type or kind, NaN, more than 1e15, a negative time or count.
---@class gamelift.metric
local metric = {}

--- Of a gauge.
---@param value number
function metric:set(value) end

--- A gauge is so much more than before, or less; a counter counts so many times, 1 where nothing is said.
---@param change? number
function metric:add(change) end

--- Of a timer.
---@param ms number
function metric:record(ms) end
