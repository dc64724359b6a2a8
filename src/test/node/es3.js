// Fails unless every script is ECMAScript 3 without names that its browsers take for reserved: node es3.js FILE...
'use strict';
const acorn = require('acorn');
const fs = require('fs');

for (const file of process.argv.slice(2)) {
  const text = fs.readFileSync(file, 'utf8');
  const tree = acorn.parse(text, {ecmaVersion: 3, allowReserved: 'never'});
  walk(tree, node => {
    const last = node.type === 'ArrayExpression' && node.elements[node.elements.length - 1];
    // The grammar allows it, and Internet Explorer 6 to 8 count one more.
    if (last && text.slice(last.end, node.end).includes(',')) {
      throw new Error(file + ' has a comma at the end of a list: ' + text.slice(node.start, node.end));
    }
    // There the name is one of the function around, too.
    if (node.type === 'FunctionExpression' && node.id) {
      throw new Error(file + ' has a function expression with a name: ' + node.id.name);
    }
  });
  const later = /\.(trim|bind|forEach|map|filter|some|every|indexOf\(\s*function)\(|Date\.now|Object\.keys|Array\.isArray/;
  const found = text.match(later);
  if (found) {
    throw new Error(file + ' uses ' + found[0]);
  }
  console.log(file + ' is well');
}

function walk(node, look) {
  look(node);
  for (const part of Object.values(node)) {
    for (const child of Array.isArray(part) ? part : [part]) {
      if (child && typeof child.type === 'string') walk(child, look);
    }
  }
}
