metadata description = 'Tries what decorators cannot check: a secure parameter is unknown in a snapshot, so the checks are tried on made-up texts. Each output must hold what its name says (test/infra/shape.test.ts).'

import { isChannelList, isGuid, isHttpsAddress, isMailAddress, isName, isRegion, isRuleSettings } from '../checks.bicep'

var url = 'https://prod-01.westeurope.logic.azure.com/workflows/made-up'
var channel = { id: 'a', kind: 'teams', url: url }
var other = { id: 'b', kind: 'teams', url: 'https://prod-01.westeurope.logic.azure.com:443/workflows/made-up' }

output accepted { *: bool[] } = {
  channels: map(
    [
      []
      [channel]
      [channel, other]
      [{ ...channel, fallback: 'b' }, other]
      [{ ...channel, timeZone: 'Europe/Berlin', match: { severity: ['high'] } }]
    ],
    list => isChannelList(string(list))
  )
  rules: map(['{}', ' {"licence/licence-lost":{}} '], text => isRuleSettings(text))
  addresses: map(['https://manage-gcc.office.com', 'https://example.invalid/a.zip?b=c'], text => isHttpsAddress(text))
  regions: map(['westeurope', 'eastus2'], text => isRegion(text))
  names: map(['gracewatch', 'gw-2'], text => isName(text))
  mails: map(['it@contoso.com'], text => isMailAddress(text))
  ids: map(['11111111-2222-4333-8444-555555555555'], text => isGuid(text))
}

output refused { *: bool[] } = {
  channels: map(
    [
      {}
      ['a']
      [{}]
      [{ ...channel, id: '' }]
      [{ ...channel, id: 5 }]
      [{ ...channel, id: 'a b' }]
      [{ ...channel, kind: 'mail' }]
      [{ id: 'a', url: url }]
      [{ id: 'a', kind: 'teams' }]
      [{ ...channel, url: 5 }]
      [{ ...channel, url: 'https://' }]
      [{ ...channel, url: 'http://prod-01.westeurope.logic.azure.com/workflows/made-up' }]
      [{ ...channel, url: 'https://contoso.webhook.office.com/made-up' }]
      [{ ...channel, url: 'https://example.com/.logic.azure.com/' }]
      [{ ...channel, url: 'https://example.com?.logic.azure.com/' }]
      [{ ...channel, url: 'https://example.com#.logic.azure.com' }]
      [{ ...channel, url: 'https://prod-01.logic.azure.com:8443/made-up' }]
      [channel, channel]
      [{ ...channel, fallback: 'c' }, other]
      [{ ...channel, fallback: 'a' }, other]
    ],
    list => isChannelList(string(list))
  )
  channelsThatAreNoList: map(['table', 'https://example.com', '[', ' '], text => isChannelList(text))
  rules: map(
    ['', '[]', 'null', '{"licence/licence-lost":null}', '{"licence/licence-lost":5}'],
    text => isRuleSettings(text)
  )
  addresses: map(
    ['https://', 'http://example.com', 'https://example', 'https://.', 'https://a..b', 'https://example.com/a b'],
    text => isHttpsAddress(text)
  )
  regions: map(['eu', 'West Europe', 'west-europe', 'Westeurope'], text => isRegion(text))
  names: map(['2gw', 'gw--2', 'gw-', 'Gw', 'gw_2'], text => isName(text))
  mails: map(['it', 'it@', '@contoso.com', 'it@contoso', 'it@contoso.com, me@contoso.com'], text => isMailAddress(text))
  ids: map(['', '11111111-2222-4333-8444', 'contoso.com'], text => isGuid(text))
}
