// Tells of each of many edits of one text whether a parser takes it. Nothing is run, nothing is written.
// stdin: {base, edits: [[start, end, new], ...], file, parsers: [[name, path], ...], module}
// stdout: the parser's name on a line; then without edits the fault as JSON, else a 1 or 0 for each edit as soon as it is known:
// a parser that dies of one text has told of those before it.
'use strict'
const fs = require('fs')
const vm = require('vm')
const asked = JSON.parse(fs.readFileSync(0, 'utf8'))
const typed = /\.[mc]?tsx?$/.test(asked.file)
const tsx = /x$/.test(asked.file)

function placed(text, offset) {
  const head = text.slice(0, offset).split('\n')
  return [head.length, head[head.length - 1].length + 1]
}

function named(error) {
  const at = error.loc || error.location || (error.errors && error.errors[0] && error.errors[0].location) || {}
  const line = at.line || error.lineNumber || 0
  return [line, (at.column || 0) + 1, String(error.message).split('\n')[0]]
}

const makers = {
  node() {
    const name = 'healkit-candidate'
    return (text, quick) => {
      const plain = text.replace(/^#!/, '//')
      try {
        if (quick && !asked.module) new Function('exports', 'require', 'module', '__filename', '__dirname', plain)
        else if (asked.module) new vm.SourceTextModule(plain, { identifier: name })
        else vm.compileFunction(plain, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: name })
        return null
      } catch (error) {
        const lines = String(error.stack).split('\n')
        const first = /:(\d+)$/.exec(lines[0] || '')
        const caret = (lines[2] || '').indexOf('^')
        return [first ? Number(first[1]) : 0, caret < 0 ? 1 : caret + 1, error.message]
      }
    }
  },
  typescript(path) {
    const ts = require(path)
    if (!ts.createSourceFile) throw new Error('no parser')
    const kind = typed ? (tsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS) : ts.ScriptKind.JSX
    return text => {
      const found = ts.createSourceFile(asked.file, text, ts.ScriptTarget.Latest, false, kind).parseDiagnostics[0]
      return found ? [...placed(text, found.start), ts.flattenDiagnosticMessageText(found.messageText, ' ')] : null
    }
  },
  '@babel/parser'(path) {
    const { parse } = require(path)
    const plugins = typed ? ['typescript', 'decorators-legacy', ...(tsx ? ['jsx'] : [])] : ['jsx', 'flow']
    return text => {
      try {
        parse(text, { sourceType: asked.module ? 'module' : 'unambiguous', plugins, allowReturnOutsideFunction: true })
        return null
      } catch (error) {
        return named(error)
      }
    }
  },
  esbuild(path) {
    const { transformSync } = require(path)
    const loader = typed ? (tsx ? 'tsx' : 'ts') : 'jsx'
    return text => {
      try {
        transformSync(text, { loader, logLevel: 'silent' })
        return null
      } catch (error) {
        return [...named(error).slice(0, 2), error.errors && error.errors[0] ? error.errors[0].text : error.message]
      }
    }
  },
  '@swc/core'(path) {
    const { parseSync } = require(path)
    return text => {
      try {
        parseSync(text, typed ? { syntax: 'typescript', tsx, decorators: true } : { syntax: 'ecmascript', jsx: true })
        return null
      } catch (error) {
        return named(error)
      }
    }
  },
  espree(path) {
    const { parse, latestEcmaVersion } = require(path)
    if (typed) throw new Error('no types')
    return text => {
      try {
        parse(text, {
          ecmaVersion: latestEcmaVersion || 'latest', sourceType: asked.module ? 'module' : 'commonjs', ecmaFeatures: { jsx: true },
        })
        return null
      } catch (error) {
        return [error.lineNumber || 0, error.column || 1, error.message]
      }
    }
  },
  strip() {
    const { stripTypeScriptTypes } = require('module')
    if (!stripTypeScriptTypes || tsx) throw new Error('no parser')
    return text => {
      try {
        stripTypeScriptTypes(text)
        return null
      } catch (error) {
        return [0, 1, error.message]
      }
    }
  },
}

for (const [name, path] of asked.parsers) {
  let parse
  try {
    parse = makers[name](path)
  } catch (error) {
    continue
  }
  fs.writeSync(1, name + '\n')
  if (!asked.edits.length) fs.writeSync(1, JSON.stringify(parse(asked.base, false)))
  for (const [start, end, text] of asked.edits)
    fs.writeSync(1, parse(asked.base.slice(0, start) + text + asked.base.slice(end), true) === null ? '1' : '0')
  break
}
