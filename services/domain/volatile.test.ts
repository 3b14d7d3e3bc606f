import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { maskVolatile } from './volatile.ts';

describe('maskVolatile', () => {
  const masked: [line: string, text: string][] = [
    ['Updated 3 minutes ago', 'Updated ‹time›'],
    ['Posted about an hour ago by Ann', 'Posted ‹time› by Ann'],
    ['2 days ago', '‹time›'],
    ['5m ago · 12 h ago', '‹time› · ‹time›'],
    ['a few seconds ago', '‹time›'],
    ['Last seen just now', 'Last seen ‹time›'],
    ['vor 3 Minuten aktualisiert', '‹time› aktualisiert'],
    ['Vor einer Stunde', '‹time›'],
    ['vor etwa 2 Std.', '‹time›'],
    ['il y a 5 minutes', '‹time›'],
    ['Publié il y a environ 2 heures', 'Publié ‹time›'],
    ['hace 10 minutos', '‹time›'],
    ['Publicado hace una hora', 'Publicado ‹time›'],
    ['Page generated in 0.123 seconds', 'Page generated in ‹time›'],
    ['Current time: 12:30:59', 'Current time: ‹time›'],
    ['Server time is 2024-05-01 12:30 pm', 'Server time is ‹time›'],
    ['1,234 views', '‹count› views'],
    ['1.5k likes', '‹count› likes'],
    ['12 people are viewing this', '‹count› people are viewing this'],
    ['37 users online', '‹count› users online'],
    ['3.456 Aufrufe', '‹count› Aufrufe'],
    ['1 234 vues', '‹count› vues'],
    ['Views: 1,234', 'Views: ‹count›'],
    ['Besucher: 99', 'Besucher: ‹count›'],
    ['Request ID: 7f9c2ba4e88f', 'Request ID: ‹id›'],
    ['Ray ID: 8f1c2ba4e88f1234', 'Ray ID: ‹id›'],
    ['nonce=abc123def', 'nonce=‹id›'],
    ['ref 123e4567-e89b-12d3-a456-426614174000', 'ref ‹id›'],
    ['token 0a1b2c3d4e5f60718293', 'token ‹id›'],
    ['eyJhbGciOiJIUzI1NiJ9xKq2Zz01AbCdEf', '‹id›'],
  ];
  for (const [line, text] of masked) {
    it(`masks "${line}"`, () => assert.equal(maskVolatile(line), text));
  }

  const kept = [
    'Price 40 €',
    '$1,234.50',
    'Version 1.2.3',
    'Released 2024-05-01',
    'Monday, 3 May, 12:30',
    'Only 3 left in stock',
    '12 items in your cart',
    'Sale ends in 3 days',
    '12 % → 21 %',
    '3 bedrooms, 2 views of the sea',
    '$40 views',
    '128 comments',
    '1,204 followers',
    'Delivery in 3 minutes',
    'Call 0800 123456',
    'Order 1234567890123456',
    'SHA-256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
    'ISBN 978-3-16-148410-0',
    'deadbeef',
    'internationalization',
    'Session 12 begins at 9:00',
    'Long-ago times',
    'from 09:00 to 17:00:00',
  ];
  for (const line of kept) {
    it(`keeps "${line}"`, () => assert.equal(maskVolatile(line), line));
  }
});
