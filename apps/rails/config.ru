# Rails in one file, as its guides write an application: routes, a controller, models, a view. API-only middleware.
# Outside Python, for orientation: it shares no data access with the others and is in no tie group.

url = ENV.fetch("DATABASE_URL", "sqlite3::memory:").sub(/\Asqlite:/, "sqlite3:")
ENV["DATABASE_URL"] = "#{url}#{url.include?("?") ? "&" : "?"}pool=#{ENV.fetch("HARNESS_POOL_SIZE", 5)}&timeout=10000"

require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"

class ContractApp < Rails::Application
  config.root = __dir__
  config.load_defaults 6.1
  config.api_only = true
  config.eager_load = true
  config.logger = Logger.new($stderr)
  config.log_level = :warn
  config.secret_key_base = SecureRandom.hex
  config.cache_store = :memory_store
  config.action_dispatch.default_headers = { "Server" => "Puma" }
end

class World < ActiveRecord::Base
  self.table_name = "world"

  def self.at_random(count)
    uncached { Array.new(count) { find(rand(1..10_000)) } } # the query cache of a request would answer a row drawn twice
  end

  def as_json(*)
    { id: id, randomNumber: randomnumber }
  end
end

class Fortune < ActiveRecord::Base
  self.table_name = "fortune"
end

# The whole table in Rails' own cache, filled before its first use.
module CachedWorlds
  FILLING = Mutex.new

  def self.at_random(count)
    FILLING.synchronize { fill unless @filled }
    keys = Array.new(count) { "world/#{rand(1..10_000)}" }
    found = Rails.cache.read_multi(*keys)
    keys.map { |key| found[key] }
  end

  def self.fill
    Rails.cache.write_multi(World.all.to_h { |world| ["world/#{world.id}", world.as_json] })
    @filled = true
  end
end

class ContractController < ActionController::Base
  prepend_view_path File.join(__dir__, "views")
  before_action { response.date = Time.now } # Puma writes none

  def json
    render json: { message: "Hello, World!" }
  end

  def plaintext
    render plain: "Hello, World!"
  end

  def db
    render json: World.at_random(1).first
  end

  def queries
    render json: World.at_random(rows(:queries))
  end

  def updates
    worlds = World.uncached { (1..10_000).to_a.sample(rows(:queries)).sort.map { |id| World.find(id) } }
    worlds.each { |world| world.randomnumber = rand(1..10_000) }
    World.upsert_all(worlds.map(&:attributes))
    render json: worlds
  end

  def cached
    render json: CachedWorlds.at_random(rows(:count))
  end

  def fortunes
    added = Fortune.new(id: 0, message: "Additional fortune added at request time.")
    @fortunes = [*Fortune.all, added].sort_by(&:message) # Ruby compares by code point
    render template: "fortunes", layout: false
  end

  private

  def rows(name)
    params[name].to_s[/\A[+-]?\d+\z/].to_i.clamp(1, 500)
  end
end

ContractApp.initialize!
ContractApp.routes.draw do
  %w[json plaintext db queries updates fortunes].each { |name| get name, to: "contract##{name}" }
  get "cached-worlds", to: "contract#cached"
end

run ContractApp
