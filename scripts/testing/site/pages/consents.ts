/** Consent walls as the services that sites buy them from build them, reduced to what tells them apart. */
import { documentOf } from '../page.ts';

interface Wall {
  /** Around the words and the buttons; `$` stands for them. */
  readonly around: string;
  /** Attributes of the two buttons. */
  readonly accept: string;
  readonly refuse: string;
  /** What else the page has of the service. */
  readonly script?: string;
}

const OVER_ALL = 'style="position:fixed;inset:0;background:#eee;z-index:99"';

/** By the name of the service. */
export const CONSENT_WALLS: Readonly<Record<string, Wall>> = {
  OneTrust: {
    around: `<div id="onetrust-consent-sdk"><div id="onetrust-banner-sdk" ${OVER_ALL}>$</div></div>`,
    accept: 'id="onetrust-accept-btn-handler"',
    refuse: 'id="onetrust-reject-all-handler"',
  },
  Cookiebot: {
    around: `<div id="CybotCookiebotDialog" ${OVER_ALL}>$</div>`,
    accept: 'id="CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll"',
    refuse: 'id="CybotCookiebotDialogBodyLevelButtonLevelOptinDeclineAll"',
    script: 'window.Cookiebot = { hasResponse: false, dialog: { visible: true } };',
  },
  Didomi: {
    around: `<div id="didomi-host"><div id="didomi-notice" ${OVER_ALL}>$</div></div>`,
    accept: 'id="didomi-notice-agree-button"',
    refuse: 'id="didomi-notice-disagree-button"',
  },
  Quantcast: {
    around: `<div id="qc-cmp2-container"><div id="qc-cmp2-ui" ${OVER_ALL}>$</div></div>`,
    accept: 'id="agree-btn"',
    refuse: 'id="disagree-btn"',
  },
  TrustArc: {
    around: `<div id="truste-consent-track" ${OVER_ALL}><div id="truste-consent-content">$</div></div>`,
    accept: 'id="truste-consent-button"',
    refuse: 'id="truste-consent-required"',
  },
  iubenda: {
    around: `<div id="iubenda-cs-banner" ${OVER_ALL}>$</div>`,
    accept: 'class="iubenda-cs-accept-btn"',
    refuse: 'class="iubenda-cs-reject-btn"',
  },
  Termly: {
    around: `<div id="termly-code-snippet-support"><div ${OVER_ALL}>$</div></div>`,
    accept: 'data-tid="banner-accept"',
    refuse: 'data-tid="banner-decline"',
  },
  Klaro: {
    around: `<div class="klaro"><div class="cookie-notice" ${OVER_ALL}>$</div></div>`,
    accept: 'class="cm-btn-success"',
    refuse: 'class="cn-decline"',
  },
  Complianz: {
    around: `<div id="cmplz-cookiebanner-container"><div class="cmplz-cookiebanner" ${OVER_ALL}>$</div></div>`,
    accept: 'class="cmplz-accept"',
    refuse: 'class="cmplz-deny"',
  },
  Borlabs: {
    around: `<div id="BorlabsCookieBox"><div class="brlbs-cmpnt-dialog" ${OVER_ALL}>$</div></div>`,
    accept: 'class="brlbs-btn-accept-all"',
    refuse: 'class="brlbs-btn-accept-only-essential"',
  },
  CookieConsent: {
    around: `<div id="cc--main"><div id="cm" ${OVER_ALL}>$</div></div>`,
    accept: 'id="s-all-bn"',
    refuse: 'id="s-rall-bn"',
    script: `document.documentElement.classList.add('show--consent');`,
  },
  'no service, with words that refuse': {
    around: `<div ${OVER_ALL}>$</div>`,
    accept: '',
    refuse: '',
  },
};

/** A page behind a wall; its text tells how the wall was answered. */
export const walledPage = ({ around, accept, refuse, script = '' }: Wall): string =>
  documentOf(
    'Article',
    `<h1>Article</h1><p>The council approved the new bridge on Monday.</p>
    <p id="answer">Consent: asked</p>
    ${around.replace(
      '$',
      `<h2>We value your privacy</h2><p>We and our partners use cookies and similar technologies.</p>
      <button data-answer="accepted" ${accept}>Accept all</button>
      <button data-answer="refused" ${refuse}>Reject all</button>`,
    )}
    <script>${script}
      for (const button of document.querySelectorAll('[data-answer]')) button.onclick = () => {
        document.getElementById('answer').textContent = 'Consent: ' + button.dataset.answer;
        button.closest('body > *').remove(); };</script>`,
  );
