metadata description = 'What decorators cannot check. Each answers whether a parameter is right; main.bicep says what is wrong otherwise.'

func isMadeOf(text string, characters string) bool =>
  empty(reduce(
    map(range(0, length(characters)), at => substring(characters, at, 1)),
    text,
    (rest, character) => replace(rest, character, '')
  ))

func hasEmptyPart(text string, separator string) bool => contains(map(split(text, separator), part => length(part)), 0)

@export()
@description('Lower-case letters, digits and single hyphens, a letter first and no hyphen last: fit for every resource name that begins with it.')
func isName(text string) bool =>
  isMadeOf(text, 'abcdefghijklmnopqrstuvwxyz0123456789-') && !isMadeOf(first(text), '0123456789-') && !hasEmptyPart(
    text,
    '-'
  )

@export()
@description('The form of a mail address. Whether somebody reads it, nobody here can know.')
func isMailAddress(text string) bool =>
  length(split(text, '@')) == 2 && !hasEmptyPart(text, '@') && !contains(text, ' ') && contains(
    last(split(text, '@')),
    '.'
  ) && !hasEmptyPart(last(split(text, '@')), '.')

@export()
@description('Hexadecimal digits in the form 8-4-4-4-12.')
func isGuid(text string) bool =>
  isMadeOf(toLower(text), '0123456789abcdef-') && join(map(split(text, '-'), part => string(length(part))), '-') == '8-4-4-4-12'

@export()
@description('No text stands there twice, whatever its case.')
func areDistinct(texts string[]) bool => length(union(map(texts, text => toLower(text)), [])) == length(texts)

@export()
@description('A JSON list of objects that have an id and an https address. What else makes a channel, the app checks at its start.')
func isChannelList(text string) bool =>
  startsWith(trim(text), '[') && endsWith(trim(text), ']') && empty(filter(
    json(text),
    channel => empty(channel.?id ?? '') || !startsWith(channel.?url ?? '', 'https://')
  ))

@export()
func isJsonObject(text string) bool =>
  startsWith(trim(text), '{') && endsWith(trim(text), '}') && startsWith(string(json(text)), '{')
