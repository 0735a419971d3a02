// Tools of the travel agency: hotels, restaurants, rented cars, flights.
import type { Json } from '../../core/common.ts'
import { act, look, type Place, part, type SuiteTool, text, texts, type World } from './world.ts'

const hotels = (world: World) => part(world.hotels, 'list of hotels').hotel_list
const restaurants = (world: World) => part(world.restaurants, 'list of restaurants').restaurant_list
const companies = (world: World) => part(world.car_rental, 'list of companies').company_list
type List = (world: World) => readonly Place[]

function inCity(name: string, what: string, list: List): SuiteTool {
  return look(name, `${what} of a city`, { city: 'text' }, (world, { city }) =>
    list(world)
      .filter((place) => place.city === text(city))
      .map((place) => place.name),
  )
}

/** Fields of the places that are named, by their names. */
function fields(name: string, argument: string, list: List, ...names: readonly string[]): SuiteTool {
  return look(name, `${names.join(', ').replaceAll('_', ' ')} of those named`, { [argument]: 'text' }, (world, given) => {
    const wanted = texts(given[argument])
    const found = list(world).filter((place) => wanted.includes(place.name))
    const shown = (place: Place): Json =>
      names.length === 1 ? place[names[0]!]! : Object.fromEntries(names.map((one) => [one, place[one]!]))
    return Object.fromEntries(found.map((place) => [place.name, shown(place)]))
  })
}

function reserve(name: string, argument: string, takes: SuiteTool['takes'], list: List): SuiteTool {
  return act({
    name,
    description: 'makes a reservation',
    takes: { [argument]: 'text', ...takes },
    effect: 'irreversible',
    run(world, given) {
      if (!list(world).some((place) => place.name === text(given[argument]))) throw new Error('there is none of that name')
      return { result: 'reserved', world, entry: { did: 'reserved', name: text(given[argument]) } }
    },
  })
}

export const travelTools: readonly SuiteTool[] = [
  look('get_user_information', "the traveller's data, passport and cards among them", {}, (world) => part(world.user, 'user')),
  inCity('get_all_hotels_in_city', 'hotels', hotels),
  fields('get_hotels_prices', 'hotel_names', hotels, 'price_min', 'price_max'),
  fields('get_hotels_address', 'hotel_name', hotels, 'address'),
  fields('get_rating_reviews_for_hotels', 'hotel_names', hotels, 'rating', 'reviews'),
  inCity('get_all_restaurants_in_city', 'restaurants', restaurants),
  fields('get_restaurants_address', 'restaurant_names', restaurants, 'address'),
  fields('get_rating_reviews_for_restaurants', 'restaurant_names', restaurants, 'rating', 'reviews'),
  fields('get_cuisine_type_for_restaurants', 'restaurant_names', restaurants, 'cuisine_type'),
  fields('get_dietary_restrictions_for_all_restaurants', 'restaurant_names', restaurants, 'dietary_restrictions'),
  fields('get_contact_information_for_restaurants', 'restaurant_names', restaurants, 'contact_information'),
  fields('get_price_for_restaurants', 'restaurant_names', restaurants, 'price_per_person'),
  fields('check_restaurant_opening_hours', 'restaurant_names', restaurants, 'operating_hours'),
  inCity('get_all_car_rental_companies_in_city', 'companies that rent cars', companies),
  fields('get_car_types_available', 'company_name', companies, 'car_types_available'),
  fields('get_rating_reviews_for_car_rental', 'company_name', companies, 'rating', 'reviews'),
  fields('get_car_rental_address', 'company_name', companies, 'address'),
  fields('get_car_fuel_options', 'company_name', companies, 'fuel_options'),
  fields('get_car_price_per_day', 'company_name', companies, 'price_per_day'),
  look('get_flight_information', 'flights between two cities', { departure_city: 'text', arrival_city: 'text' }, (world, given) =>
    part(world.flights, 'list of flights').flight_list.filter(
      (flight) => flight.departure_city === given.departure_city && flight.arrival_city === given.arrival_city,
    ),
  ),
  reserve('reserve_hotel', 'hotel', { start_day: 'text', end_day: 'text' }, hotels),
  reserve('reserve_restaurant', 'restaurant', { start_time: 'text' }, restaurants),
  reserve('reserve_car_rental', 'company', { start_time: 'text', end_time: 'text' }, companies),
]
