// Mistakes in code, with their places, and good code that must pass.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkCSharp } from '../../src/sandbox/checker/csharp.ts'
import { checkPython } from '../../src/sandbox/checker/python.ts'

type Case = readonly [code: string, line: number, column: number, reason: RegExp]

const PYTHON: readonly Case[] = [
  ['def f(self)\n    pass\n', 1, 12, /expected ':'/],
  ['class A(QCAlgorithm)\n    pass\n', 1, 21, /expected ':'/],
  ['for x in y\n    pass\n', 1, 11, /expected ':'/],
  ['try\n    pass\nexcept:\n    pass\n', 1, 4, /expected ':'/],
  ['if a:\n    pass\nelse\n    pass\n', 3, 5, /expected ':'/],
  ['with open(a) as b\n    pass\n', 1, 18, /expected ':'/],
  ['if x = 3:\n    pass\n', 1, 6, /Maybe you meant '=='/],
  ['x = (1, 2\ny = 3\n', 1, 5, /'\(' was never closed/],
  ['x = [1, 2)\n', 1, 10, /'\)' does not match opening parenthesis '\['/],
  ['x = 3)\n', 1, 6, /unmatched '\)'/],
  ["x = 'abc\ny = 1\n", 1, 5, /unterminated string literal/],
  ['x = """abc\n', 1, 5, /unterminated triple-quoted/],
  ['if x:\npass\n', 2, 1, /expected an indented block after 'if' statement on line 1/],
  ['class A:\n', 2, 1, /expected an indented block after 'class'/],
  ['def f():\n    a = 1\n      b = 2\n', 3, 7, /unexpected indent/],
  ['def f():\n    if a:\n        b\n  c\n', 4, 3, /unindent does not match/],
]

const C_SHARP: readonly Case[] = [
  ['class A\n{\n    void F()\n    {\n        var x = 1\n        var y = 2;\n    }\n}\n', 5, 18, /; expected/],
  ['class A {\n  void F() {\n    Foo()\n  }\n}\n', 3, 10, /; expected/],
  ['class A {\n  void F() {\n    if (a) Foo()\n    Bar();\n  }\n}\n', 3, 17, /; expected/],
  ['using System\nusing System.Linq;\n', 1, 13, /; expected/],
  ['class A { void F() { Foo(; } }\n', 1, 28, /\) expected/],
  ['class A {\n  void F() {\n    Foo();\n}\n', 4, 2, /\} expected/],
  ['class A { } }\n', 1, 13, /end-of-file expected/],
  ['class A {\n  string s = "abc;\n}\n', 2, 14, /Newline in constant/],
  ['class A { /* never ends\n}\n', 1, 11, /\*\/ expected/],
]

const GOOD_PYTHON = `# region imports
from AlgorithmImports import *
# endregion
import numpy as np

LIMITS = {
    "SPY": (0.1,
            0.4),   # a bracket ( in a comment
    'it\\'s': [1, 2, 3],
}
text = f"{LIMITS['SPY'][0]:>10} and {{braces}}"
raw = r'\\d+\\s' + b"x".decode() + """three
  lines: with 'quotes' and (brackets
"""
square = lambda x: x ** 2 if x else 0
total = 1 + \\
    2
match = 3
case = match
print(match)


@staticmethod
def typed(a: int, *, b: str = ":", c: "dict[str, int] | None" = None) -> list[int]:
    """Docstring: colon."""
    return [i for i in range(a) if i % 2 == 0]


class Long(QCAlgorithm):
\tdef tabs(self):
\t\tpass

    # a comment at a strange place
\tasync def later(self): return None

class Model(AlphaModel):

    def update(self, algorithm, data):
        while (n := self.next()) is not None:
            if n <= 3 and n != 2 or not n >= 1: continue
            elif any(x == n for x in (
                1,
                2,
            )):
                break
            else:
                try:
                    self.go(lambda s: s.value, key=lambda k: -k)
                except (ValueError, KeyError) as error:
                    raise RuntimeError(f"no: {error}") from error
                finally:
                    pass
        for i, (a, b) in enumerate(zip([1], [2])): self.a = a; self.b = b
        with open("a") as f, open("b") as g:
            d = {k: v for k, v in f.items()}
        if d: x = {"a": 1}["a"]
        if callable(lambda: 1): pass
        if f(x=3):
            y = d[1:2]
        match n:
            case 1:
                return
            case _:
                return x if x else y

if __name__ == "__main__":
    Long()`

const GOOD_C_SHARP = `#region imports
using System;
using System.Collections.Generic;
using System.Linq;
using static System.Math;
#endregion
namespace QuantConnect.Algorithm.CSharp
{
    /// <summary>it's a "comment" { with a brace</summary>
    [Obsolete("no (really)")]
    public class Long<T> : QCAlgorithm, IRegression
        where T : class
    {
        private readonly Dictionary<Symbol, decimal> _weights = new Dictionary<Symbol, decimal>
        {
            { "SPY", 0.6m },
            ["QQQ"] = 0.4m
        };
        private readonly string[] _tickers = { "SPY", "QQQ" };
        private readonly List<string> _list = new()
        {
            "a",
            "b"
        };
        private char _quote = '\\'', _brace = '{', _letter = '\\u0041';
        private string _path = @"c:\\temp\\", _verbatim = @"two
lines and ""quotes""";

        public int Period { get; set; } = 14;
        public bool CanRun
        {
            get { return true; }
        }
        public decimal Twice => Period
            * 2;

        public enum Side
        {
            Long,
            Short = -1
        }

        public override void Initialize()
        {
            SetStartDate(2020, 1, 1); // done
            AddUniverse(coarse => coarse
                .Where(x => x.Price > 10 && x.HasFundamentalData)
                .OrderByDescending(x => x.DollarVolume)
                .Select(x => x.Symbol)
                .Take(10));
            var query = from s in _tickers
                where s.Length > 2
                orderby s
                select s;
            var made = new Trade
            {
                Price = 1,
                Name = "x"
            };
            var chosen = Period switch
            {
                1 => "one",
                _ => "many"
            };
            Schedule.On(DateRules.EveryDay("SPY"), TimeRules.At(9, 31), () =>
            {
                Log($"{_weights["SPY"]} and {{braces}} {Time:yyyy}");
            });
            var answer = Period > 3
                ? 1
                : 2;
        }

        public override void OnData(Slice data)
        {
            if (!data.ContainsKey("SPY")) return;
            if (Period > 1
                && Period < 100)
                Liquidate();
            else if (Portfolio.Invested)
            {
                Sell("SPY", 1);
            }
            else
                Buy("SPY", 1);
            foreach (var pair in _weights)
                SetHoldings(pair.Key, pair.Value);
            for (var i = 0; i < 3; i++) { Debug("x"); }
            do
            {
                Period--;
            }
            while (Period > 10);
            switch (Period)
            {
                case 1:
                    break;
                default:
                    return;
            }
            try { Plot("a", "b", 1); }
            catch (Exception e) when (e.Message != "")
            {
                throw;
            }
            using (var a = Open())
            using (var b = Open())
            {
                int Local(int x) => x * 2;
            }
            var text = "a" +
                "b";
        }
    }
}
`

describe('the compile check', () => {
  const kinds = [
    { language: 'Python', check: checkPython, cases: PYTHON, good: GOOD_PYTHON },
    { language: 'C#', check: checkCSharp, cases: C_SHARP, good: GOOD_C_SHARP },
  ]
  for (const { language, check, cases, good } of kinds) {
    it(`names line and column of mistakes in ${language}`, () => {
      for (const [code, line, column, reason] of cases) {
        const mistake = check(code)
        assert.deepEqual([mistake?.line, mistake?.column], [line, column], `${code}\n${JSON.stringify(mistake)}`)
        assert.match(mistake?.reason ?? '', reason, code)
      }
    })

    it(`finds nothing in good ${language}, with either kind of line ends`, () => {
      assert.equal(check(good), undefined)
      assert.equal(check(good.replaceAll('\n', '\r\n')), undefined)
      assert.equal(check(`\uFEFF${good}`), undefined)
      assert.equal(check(''), undefined)
    })

    it(`finds a bracket that is taken out of good ${language}, wherever it was`, () => {
      for (const { index } of good.matchAll(/\)(?= *[:;{\n])/g)) {
        // A bracket in text or in a comment is no bracket.
        const line = good.slice(good.lastIndexOf('\n', index) + 1, good.indexOf('\n', index))
        if (/["'#/]/.test(line)) continue
        assert.ok(check(good.slice(0, index) + good.slice(index + 1)), line)
      }
    })
  }
})
