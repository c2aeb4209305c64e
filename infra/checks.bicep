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
@description('Name of an Azure region as a program writes it: westeurope, not West Europe.')
func isRegion(text string) bool => length(text) >= 4 && isMadeOf(text, 'abcdefghijklmnopqrstuvwxyz0123456789')

func hostOf(url string) string => toLower(first(split(skip(url, length('https://')), '/')))

@export()
@description('https, a host with a dot, and what else there is.')
func isHttpsAddress(text string) bool =>
  startsWith(text, 'https://') && !contains(text, ' ') && contains(hostOf(text), '.') && !hasEmptyPart(
    hostOf(text),
    '.'
  ) && isMadeOf(hostOf(text), 'abcdefghijklmnopqrstuvwxyz0123456789.-')

// Whoever has the URL can post there, and cards tell of people: so only where Teams has its workflows, as the app has it
// (shared/config-channels.ts).
var workflowHosts = [
  '.environment.api.powerplatform.com'
  '.api.powerplatform.com'
  '.logic.azure.com'
  '.api.powerautomate.com'
  '.flow.microsoft.com'
]

func isWorkflowAddress(text string) bool =>
  isHttpsAddress(replace(text, ':443/', '/')) && contains(
    map(workflowHosts, host => endsWith(hostOf(replace(text, ':443/', '/')), host)),
    true
  )

// Values of any type come here as the JSON of a list that holds them: what is a text, and what an object, can then be told.
func isText(listed string) bool => startsWith(listed, '["')

func isObject(listed string) bool => startsWith(listed, '[{')

func isChannelId(text string) bool =>
  !empty(text) && length(text) <= 40 && isMadeOf(toLower(text), 'abcdefghijklmnopqrstuvwxyz0123456789-')

func isChannel(id string, kind string, url string) bool =>
  isText(id) && isChannelId(string(first(json(id)))) && kind == '["teams"]' && isText(url) && isWorkflowAddress(string(first(json(url))))

func areChannels(text string) bool =>
  !contains(
    map(
      json(text),
      channel =>
        isObject(string([channel]))
          ? isChannel(string([channel.?id]), string([channel.?kind]), string([channel.?url]))
          : false
    ),
    false
  )

func haveOwnIds(text string) bool => length(union(map(json(text), channel => channel.id), [])) == length(json(text))

func haveFallbacks(text string) bool =>
  !contains(
    map(
      json(text),
      channel =>
        !contains(channel, 'fallback') || (channel.?fallback != channel.id && contains(
          map(json(text), other => other.id),
          channel.?fallback
        ))
    ),
    false
  )

@export()
@description('A JSON list of Teams channels, each with an id of its own, the URL of a workflow, and another channel for a fallback or none. What else makes a channel, the app checks at its start.')
func isChannelList(text string) bool =>
  !(startsWith(trim(text), '[') && endsWith(trim(text), ']'))
    ? false
    : areChannels(text) ? haveOwnIds(text) && haveFallbacks(text) : false

@export()
@description('A JSON object whose values are objects too: the settings of each rule.')
func isRuleSettings(text string) bool =>
  !(startsWith(trim(text), '{') && endsWith(trim(text), '}'))
    ? false
    : !contains(map(items(json(text)), rule => isObject(string([rule.value]))), false)

@export()
@description('A variable that is set and empty says as much as one that is not set.')
func givenOr(text string, standard string) string => empty(trim(text)) ? standard : trim(text)
