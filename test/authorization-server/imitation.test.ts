// Whose name a client bears. A well-known name as one word is enough for a warning, unless the answer goes where that program's
// answers go, or it is all of a name that a program on this computer really bears.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeClient } from '../../src/authorization-server/clients/clients.ts'
import { useSignedIn } from '../support/connection.ts'
import { DOCUMENTS, documented, REGISTRATIONS } from '../support/known-clients.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const WEB = 'https://client.example/cb'
const HERE = 'http://127.0.0.1:1234/callback'

const warningFor = (clientName: string, redirect: string) =>
  describeClient({ clientId: 'x', clientName }, redirect).warning

/** Names by the one that they imitate, wherever they return. */
const IMITATIONS: Readonly<Record<string, readonly string[]>> = {
  Claude: [
    'Claude Pro',
    'Anthropic',
    'My Claude',
    'CLAUDE',
    'Claudes',
    'Claude’s helper',
    'C l a u d e',
    'C-l.a_u·d e',
    'Clau de',
    'ClaudeConnector',
    'claudeconnector',
    'myclaude',
    'ClaudeBridge',
    'Claude3',
    'Claude4',
    'Claude-3.5',
    'Cl4ude',
    'C1aude',
    'C|aude!',
    'CIaude', // with a capital I
    'Çláüde',
    'Cłaude',
    'Ｃｌａｕｄｅ',
    '𝐂laude',
    'Сlaude', // from here on with letters of other alphabets
    'Clаudе Рro',
    'Ꮯlaude',
    'Сlaude Code',
    'Claude Code Pro',
    'Claude Code (by the makers)',
  ],
  ChatGPT: [
    'ChatGPT Connector',
    'Chat-GPT',
    'ChatGPTConnector',
    'chatgptplus',
    'Open AI',
    '0penAI',
    'СНАТGРТ',
    'ΟpenΑΙ',
  ],
  Gemini: ['Gemini Pro', 'GeminiApp', 'Gernini', 'Geмini'],
  Perplexity: ['Perplexity Search'],
  Cursor: ['Cursor Pro', 'Cursor Agent', 'Cursors'],
  'Le Chat': ['Le Chat', 'Mistral AI', 'lechat'],
  QuantConnect: [
    'QuantConnect',
    'QuantConnect Official',
    'Quant Connect',
    'quantconnect-mcp',
    'QuаntConnect',
    'Verified by QuantConnect',
  ],
  qcgate: ['qcgate', 'QCGate', 'qc-gate', 'The qcgate app'],
}

describe('a name with a well-known one in it', () => {
  for (const [known, names] of Object.entries(IMITATIONS)) {
    for (const name of names) {
      it(`is warned of as ${known}’s, on the web and on this computer: ${name}`, () => {
        for (const redirect of [WEB, HERE, 'com.example.app:/cb']) {
          assert.equal(warningFor(name, redirect)?.imitates, known, redirect)
        }
      })
    }
  }

  for (const [name, why] of [
    ["Claudette's tool", 'which is a name of its own'],
    ['Jean-Claudel', 'which is another'],
    ['Magna cum laude', 'whose words do not make one'],
    ['Code', 'which is a word for many things'],
    ['Cursor blink', 'which is a word for a thing, and the other word says more'],
    ['Le chat noir', 'which says another thing in French'],
    ['Mistral Weather', 'which is a wind'],
    ['Wild Goose Chase', 'which is no program'],
    ['Cline for VS Code', 'which says where it runs'],
    ['Open Air Quotes', 'whose words end elsewhere'],
    ['Quantum Connect', 'which is another'],
    ['Anthropology notes', 'which is another'],
    ['OpenAPI explorer', 'which is another'],
    ['Сергей', 'which is a name in its own alphabet'],
    ['Κλωντ', 'which is a name in its own alphabet'],
    ['LibreChat MCP Client', 'which is a program of its own'],
  ]) {
    it(`is not one that only looks close: ${name}, ${why}`, () => {
      for (const redirect of [WEB, HERE]) assert.equal(warningFor(String(name), redirect), undefined)
    })
  }

  it('is its owner’s when the answer goes to its owner, whatever stands beside it', () => {
    for (const [name, redirect] of [
      ['Claude Pro', 'https://claude.ai/api/mcp/auth_callback'],
      ['Anthropic', 'https://claude.com/api/mcp/auth_callback'],
      ['ChatGPT Connector', 'https://chatgpt.com/connector_platform_oauth_redirect'],
      ['Cursor Agent', 'https://www.cursor.com/agents/mcp/oauth/callback'],
    ] as const) {
      assert.equal(warningFor(name, redirect), undefined, name)
    }
    assert.equal(warningFor('Claude Pro', 'https://chatgpt.com/cb')?.imitates, 'Claude')
    assert.equal(warningFor('Claude Pro', 'https://claude.ai.example/cb')?.imitates, 'Claude')
  })

  for (const [name, { redirect_uris, client_name }] of Object.entries(REGISTRATIONS)) {
    it(`is no reason for a warning of a real client that returns where it does: ${name}`, () => {
      for (const redirect of redirect_uris) assert.equal(warningFor(client_name, redirect), undefined, redirect)
    })
  }

  it('is one that a program on this computer bears, and is warned of on the web: all of the name, and no more', () => {
    for (const name of [
      'Claude Code',
      'Claude Code (quantconnect)',
      'Codex',
      'Codex CLI',
      'Gemini CLI',
      'VS Code',
      'Zed',
      'Goose',
      'Cursor',
    ]) {
      assert.equal(warningFor(name, HERE), undefined, name)
      assert.match(
        warningFor(name, WEB)?.says ?? '',
        /runs on your computer and would return to it|would return to www/,
        name,
      )
    }
  })

  for (const [name, says] of [
    ['Сlaude', 'Its “С” is Cyrillic, and only looks like a Latin “C”.'],
    ['Clаudе', 'Its “а”, “е” are Cyrillic, and only look like Latin letters.'],
    ['ΟpenAI', 'Its “Ο” is Greek, and only looks like a Latin “O”.'],
    ['Ꮯlaude', 'Its “Ꮯ” is Cherokee, and only looks like a Latin “C”.'],
    ['ＣhatGPT', 'Its “Ｃ” is of another width or style, and only looks like a Latin “C”.'],
    ['Clɑude', 'Its “ɑ” is uncommon, and only looks like a Latin “a”.'],
    [
      'ClаudΕ',
      'Its “а” is Cyrillic, and only looks like a Latin “a”. Its “Ε” is Greek, and only looks like a Latin “E”.',
    ],
  ] as const) {
    it(`is told letter by letter where both look the same: ${name}`, () => {
      for (const redirect of [WEB, HERE])
        assert.ok(warningFor(name, redirect)?.says.includes(says), warningFor(name, redirect)?.says)
    })
  }

  it('has no letter to tell of when all are Latin, or when others stand elsewhere in the name', () => {
    for (const name of ['Claude', 'Çlaude', 'Claude Привет']) {
      assert.doesNotMatch(warningFor(name, WEB)?.says ?? 'Its', /\bIts\b/, name)
    }
  })
})

describe('the consent page, of a program that registered', () => {
  const { server } = useWeb({ 'vscode.dev': [[PUBLIC_ADDRESS]], 'zed.dev': [[PUBLIC_ADDRESS]] })
  const person = useSignedIn(server)
  const pageFor = async (client: Registration) => (await person.open(authorizationRequest(server, client).url)).html

  for (const client_name of ['Claude Pro', 'ChatGPT Connector', 'Anthropic', 'QuantConnect', 'qcgate', 'Сlaude']) {
    it(`says to look twice, and when to choose Deny: ${client_name}`, async () => {
      for (const redirect_uris of [[HERE], [WEB]]) {
        const html = await pageFor(await register(server, { client_name, redirect_uris }))
        assert.match(html, /Look twice\.<\/strong> “[^”]+” sounds like .* If you were connecting \w+, choose Deny\./)
      }
    })
  }

  for (const name of Object.keys(DOCUMENTS) as (keyof typeof DOCUMENTS)[]) {
    it(`says no such thing of a well-known document that returns where it does: ${name}`, async () => {
      const html = await pageFor(documented(name))
      assert.match(html, /name="decision"/)
      assert.doesNotMatch(html, /Look twice/)
    })
  }
})
