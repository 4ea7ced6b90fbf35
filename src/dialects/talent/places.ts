import type { Profile } from '../../core/profiles'
import { valueAt } from '../../http/body'

/** Where this API's nested account keeps what the core calls by one word. */

type PartField = Exclude<keyof Profile, 'customData' | 'meta' | 'isNameMade' | 'isOnboarded'>

/** Dotted, as validation names them. The first place of a part is the one that answers show. */
export type Places = readonly (readonly [place: string, field: PartField])[]

export const updatePlaces: Places = [
  ['type', 'persona'],
  ['profile.contact.country', 'countryName'],
  ['profile.contact.state', 'state'],
  ['profile.contact.city', 'city'],
  ['profile.contact.address', 'streetAddress'],
  ['profile.contact.phone', 'contactPhone'],
  ['profile.bio.title', 'designation'],
  ['profile.bio.description', 'bio'],
  ['profile.talent.about', 'about'],
  ['profile.talent.availability', 'availability'],
  ['profile.talent.tagsCategory', 'skillCategory'],
  ['profile.talent.skillCategory', 'skillCategory'],
  ['socials.github', 'github'],
  ['socials.twitter', 'twitter'],
  ['socials.linkedin', 'linkedin'],
  ['socials.website', 'customLink'],
  ['profileImage', 'profileImage'],
  ['bgImage', 'bgImage'],
]

export const createPlaces: Places = [['type', 'persona']]

export const onboardPlaces: Places = [
  ...createPlaces,
  ['skillCategory', 'skillCategory'],
  ['profileImage', 'profileImage'],
]

const personas = new Map([
  ['talent', 'recipient'],
  ['business', 'creator'],
])
const upload = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\w+)?$/i

/** The core's word for what clients write in more than one way; an upload may be named with its type. */
const tidied: { readonly [F in PartField]?: (text: string) => string } = {
  persona: (word) => personas.get(word) ?? word,
  profileImage: (name) => upload.exec(name)?.[1]?.toUpperCase() ?? name,
  bgImage: (name) => upload.exec(name)?.[1]?.toUpperCase() ?? name,
}

export type Parts = { [F in PartField]?: Profile[F] | null }

/** The parts that were sent, as the core knows them: null takes one away, and so does an empty text. */
export function partsAt(sent: unknown, where = updatePlaces): Parts {
  const parts = where.flatMap(([place, field]) => {
    const value = valueAt(sent, place.split('.'))
    if (value !== null && typeof value !== 'string') return []
    const text = value?.trim() ?? ''
    return [[field, text === '' ? null : (tidied[field]?.(text) ?? text)] as const]
  })
  // Whether they may be what they are, the core says.
  return Object.fromEntries(parts) as Parts
}

/** Where a field of the core stands on the wire; its own name where nobody says otherwise. */
export function placeOf(field: string, where: Places): string {
  return where.find(([, known]) => known === field)?.[0] ?? field
}
