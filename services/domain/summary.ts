/** Lets a model's summary stand only while it says no number or direction that the page does not. */
import { canonicalValue } from './canonical.ts';
import { cutText, describeFact } from './describe.ts';
import { compareDecimals, formatDecimal, parseNumber, parseNumbers } from './number.ts';
import { cleanProse } from './prose.ts';
import type { VerifiedClaim } from './types.ts';

const MAX_SUMMARY = 280;

const UP =
  /(?<!\p{L})(?:ris(?:en?|es|ing)|rose|increas\w*|rais\w*|grew|grow[ns]?|climb\w*|jump\w*|higher|more expensive|up|gestiegen|steigt|stieg|erhöht\w*|teurer|höher|augment\w*|plus cher|hausse|sub(?:e|ió|ido)|aument\w*|más caro)(?!\p{L})/iu;
const DOWN =
  /(?<!\p{L})(?:fall(?:s|en|ing)?|fell|drop\w*|decreas\w*|reduc\w*|lower\w*|cheaper|cut|declin\w*|shr[aiu]nk\w*|down|gesunken|sinkt|sank|gefallen|fällt|fiel|gesenkt|reduziert|billiger|günstiger|niedriger|baiss\w*|diminu\w*|moins cher|baj(?:a|ó|ado)|más barato)(?!\p{L})/iu;

/**
 * The summary without links and markup; our own words instead when it has a number that no claim
 * has, or a direction that the numbers do not take. The model does no arithmetic.
 */
export function checkSummary(summary: string, claims: readonly VerifiedClaim[]): string {
  const clean = cleanProse(summary);
  const isProven =
    clean !== '' && numbersAreClaimed(clean, claims) && directionsAreReal(clean, claims);
  return cutText(isProven ? clean : claims.map(describeFact).join('; '), MAX_SUMMARY);
}

function numbersAreClaimed(summary: string, claims: readonly VerifiedClaim[]): boolean {
  const known = new Set(
    claims
      .flatMap((claim) => [claim.subject, claim.before ?? '', claim.after ?? '', claim.quote])
      .flatMap((text) => digitsOf(text)),
  );
  return digitsOf(summary).every((number) => known.has(number));
}

/** Numbers in one spelling, and every other run of digits (dates, versions) as it stands. */
function digitsOf(text: string): string[] {
  const canonical = canonicalValue(text);
  const numbers = parseNumbers(text).map((number) => formatDecimal(number.value).replace(/^-/, ''));
  const runs = canonical.match(/\d+(?:[.,:/-]\d+)*/gu) ?? [];
  return [...numbers, ...runs];
}

function directionsAreReal(summary: string, claims: readonly VerifiedClaim[]): boolean {
  if (!claims.some((claim) => parseNumber(claim.after ?? claim.before ?? ''))) return true;
  const taken = new Set(claims.map(directionOf));
  return (!UP.test(summary) || taken.has(1)) && (!DOWN.test(summary) || taken.has(-1));
}

function directionOf({ before, after }: VerifiedClaim): -1 | 0 | 1 {
  const was = parseNumber(before ?? '');
  const is = parseNumber(after ?? '');
  return was && is ? compareDecimals(is.value, was.value) : 0;
}
