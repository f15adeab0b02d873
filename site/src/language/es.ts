import type { Texts } from './en.ts';
import { lastingIn, listIn, sizeIn } from './intl.ts';
import type { SafetyName } from './words.ts';

const errors: Texts['errors'] = {
  empty: 'El campo está vacío. Pega el enlace que te enviaron.',
  'too-long': 'Eso es mucho más texto que un enlace. Pega solo el mensaje que contiene el enlace.',
  'no-code': 'En ese texto no hay ninguna invitación ni respuesta. Copia el enlace entero y pégalo otra vez.',
  'several-codes': 'Ese texto contiene varios enlaces distintos. Pega solo uno.',
  cut: 'Falta el final de ese enlace. Copia el enlace entero y pégalo otra vez.',
  version:
    'Ese enlace se creó con otra versión de tincan. Hay que recargar la página en los dos lados y empezar de nuevo.',
  malformed:
    'Algo dentro de ese enlace cambió por el camino. Pide que te lo envíen otra vez, o su código QR.',
  'want-invite':
    'Eso es una respuesta, pero aquí va una invitación. Una respuesta va en la pestaña donde se creó la invitación.',
  'want-reply':
    'Eso es una invitación, pero aquí va una respuesta. Espera la respuesta a tu invitación, o abre esa invitación en una pestaña nueva.',
  'want-repair': 'Ese enlace empieza otro chat. Aquí va el enlace con el que la otra persona recupera este.',
  'own-invite':
    'Esa es tu propia invitación. Envíasela a la otra persona y pega la respuesta que te devuelva.',
  'own-reply': 'Esa es tu propia respuesta. Envíasela a la persona que te invitó.',
  'own-repair': 'Ese es tu propio enlace. Envíaselo a la otra persona: cuando lo abra, el chat continuará.',
  'other-invite':
    'Esa respuesta es para otra invitación. Pide a la otra persona que abra este enlace, o crea uno nuevo.',
  'wrong-chat': 'Ese enlace recupera otro chat. Pégalo en la pestaña donde está abierto ese chat.',
  'already-used': 'Esa respuesta ya se ha usado. Crea un enlace nuevo para un chat nuevo.',
  'no-repair': 'Este chat está conectado, así que no necesita ningún enlace para recuperarlo.',
  'second-reply':
    'Ha llegado una segunda respuesta a tu invitación. A no ser que la otra persona se haya unido dos veces, alguien más tiene tu enlace: compara las palabras de seguridad con «Verificar» cuando haya conexión, o crea un enlace nuevo.',
  tries: 'Diez respuestas no se abrieron, así que esta invitación está agotada. Crea un enlace nuevo.',
  'no-webrtc':
    'Este navegador no permite conexiones directas. Permite WebRTC en sus ajustes, o usa otro navegador.',
  'no-addresses':
    'No se encontró ninguna dirección de red: este dispositivo no tiene red, o tiene una sin router, donde los navegadores no dan ninguna a conocer. Conéctate a una red con router, o que una de las dos personas use tincan en una terminal.',
  unreachable:
    'No se encontró ninguna vía hacia la otra persona. Prueba en su misma red, o en otra, con un enlace nuevo.',
  'stun-silent':
    'No respondió ningún servidor STUN: puede que estén caídos, o que esta red bloquee UDP. El enlace funciona en la misma red. Para cualquier otra persona usa otra red, o indica otro servidor en «Red», en la página de inicio.',
  'udp-blocked':
    'Esta red no deja pasar UDP, pero el retransmisor respondió por TCP: el chat, cifrado, pasa por el retransmisor.',
  symmetric:
    'Esta red da a cada conexión un puerto distinto, así que el enlace solo funciona si la red de la otra persona es abierta. Usa otra red, como la que comparte un teléfono, o indica un retransmisor en «Red», en la página de inicio.',
  'symmetric-pair':
    'Una de las dos redes da a cada conexión un puerto distinto, y la otra no deja entrar nada que no se haya pedido, así que no hay vía directa. En uno de los dos lados hay que usar otra red, como la que comparte un teléfono, o indicar un retransmisor en «Red», y crear un enlace nuevo.',
  'hidden-address':
    'El navegador oculta su dirección tras un nombre que esta red no transmite. Usa la misma red wifi, no una de invitados que aísle los dispositivos, o una red con internet, y crea un enlace nuevo.',
  'old-link':
    'La respuesta llegó demasiado tarde para la dirección del enlace. Crea un enlace nuevo y pide que lo respondan antes.',
  'nobody-came':
    'Nadie ha usado esta respuesta. Quizá otra persona fue más rápida con la invitación, o se cerró la página donde se creó. Pide un enlace nuevo.',
  'no-relay':
    'Está elegido «Solo retransmisor», pero no hay ninguno que usar. Indica uno en «Red» con su usuario y contraseña, o elige allí otra vía.',
  'relay-silent':
    'El retransmisor no respondió. Revisa su dirección, usuario y contraseña en «Red», en la página de inicio, o usa otra red.',
  'not-open': 'El chat aún no está conectado. Inténtalo de nuevo en un momento.',
  'message-empty': 'El mensaje está vacío.',
  'message-too-long': 'El mensaje es demasiado largo. Envíalo por partes.',
  'too-many-waiting':
    'Hay demasiados mensajes pendientes de envío. Inténtalo de nuevo cuando hayan llegado algunos.',
  'no-files': 'El programa de la otra persona no acepta archivos.',
  'no-file': 'Ese archivo ya no existe.',
  'too-many-files': 'Ya hay dieciséis archivos en espera. Envía más cuando hayan llegado algunos.',
  'no-talk': 'El programa de la otra persona no entiende eso.',
  'no-message': 'Eso no se puede hacer con este mensaje, o ya no.',
  'no-emoji': 'Una reacción es un solo emoji.',
  ended: 'El chat ha terminado. Empieza uno nuevo.',
  internal: 'Algo falló en esta página. Recárgala y empieza de nuevo.',
};

const addressesHidden =
  'El navegador no comunica a esta página ninguna dirección de red de este dispositivo. O un ajuste o una extensión te protege de las fugas de WebRTC: permite WebRTC para esta página, o usa otro navegador. O esta red no tiene router: usa una que lo tenga.';

const endings: Texts['endings'] = {
  closed: {
    title: 'Saliste del chat',
    text: 'Sus mensajes ya no están en esta página, y no se guarda nada de ellos. Cierra la pestaña para vaciar también su memoria.',
  },
  left: {
    title: 'La otra persona salió',
    text: 'El chat ha terminado. Para hablar de nuevo, crea un enlace nuevo.',
  },
  'other-closed': {
    title: 'La otra persona cerró tincan',
    text: 'Su página o su programa se cerró o se volvió a cargar, así que el chat ha terminado. Para hablar de nuevo, crea un enlace nuevo.',
  },
  'other-differ': {
    title: 'La otra persona dice que las palabras de seguridad son distintas',
    text: 'Puede que haya alguien entre tú y la otra persona, así que el chat se terminó y sus claves se borraron. Empieza de nuevo con un enlace nuevo, enviado por otro medio.',
  },
  lost: {
    title: 'Conexión perdida',
    text: 'Ya no se pudo llegar a la otra persona. Para continuar, crea un enlace nuevo.',
  },
  unreachable: {
    title: 'Sin conexión',
    text: 'La respuesta es la correcta, pero no se encontró ninguna vía hacia la otra persona. Prueba otra vez en su misma red o en otra, o indica un retransmisor en «Red», en la página de inicio.',
  },
  untrusted: {
    title: 'Chat detenido por seguridad',
    text: 'Llegó algo que el tincan de la otra persona no enviaría, así que el chat se cerró y sus claves se borraron. Empieza de nuevo con un enlace nuevo, enviado por otro medio.',
  },
  differ: {
    title: 'Las palabras de seguridad son distintas',
    text: 'Puede que haya alguien entre tú y la otra persona. El chat se cerró y sus claves se borraron. Empieza de nuevo con un enlace nuevo, enviado por otro medio.',
  },
  tries: {
    title: 'Esta invitación está agotada',
    text: 'Diez respuestas no se abrieron. Crea un enlace nuevo y envíalo.',
  },
  internal: {
    title: 'El chat se detuvo',
    text: 'Algo falló en esta página. Recárgala y empieza de nuevo.',
  },
};

const troubles: Texts['troubles'] = {
  wasm: {
    title: 'Este navegador no puede ejecutar tincan',
    text: 'No tiene WebAssembly, o está desactivado. Usa un navegador actual, o permite WebAssembly en sus ajustes.',
  },
  webrtc: {
    title: 'Este navegador no puede ejecutar tincan',
    text: 'No permite conexiones directas (WebRTC). Permite WebRTC en sus ajustes, o usa otro navegador.',
  },
  parts: {
    title: 'Este navegador no puede ejecutar tincan',
    text: 'Le faltan partes que tienen todos los navegadores actuales, o una extensión se las quita. Usa un navegador actual, o desactiva la extensión para esta página.',
  },
  load: {
    title: 'La página no se cargó por completo',
    text: 'Falta el motor. Comprueba la conexión de red y recarga la página.',
  },
  stopped: {
    title: 'El motor se detuvo. Recarga la página.',
    text: 'El chat de esta pestaña terminó con él.',
  },
};

const away: Texts['away'] = {
  invite: {
    title: 'Esta invitación terminó mientras no estabas',
    text: 'Un enlace solo funciona mientras su página siga abierta, así que el que enviaste ya no lleva a ninguna parte. Crea uno nuevo y envía ese.',
  },
  reply: {
    title: 'Esta invitación terminó mientras no estabas',
    text: 'Una respuesta solo funciona mientras su página siga abierta. Si nadie ha usado aún la tuya, abre otra vez el enlace de invitación desde el mensaje en que llegó, y devuelve la respuesta nueva. Si no, pide un enlace nuevo o créalo tú.',
  },
  chat: {
    title: 'Este chat terminó mientras no estabas',
    text: 'Un chat solo dura mientras su página siga abierta, y sus mensajes ya no están. Para hablar de nuevo, crea un enlace nuevo.',
  },
};

const mailbox: Texts['mailbox'] = {
  asked: (host) => `Aún no ha llegado ninguna respuesta a ${host}. Se le sigue preguntando.`,
  foreign: (host) =>
    `Lo que hay en ${host} no corresponde a esta invitación, así que puede que otra persona tenga tu enlace. Pide que te envíen la respuesta y pégala abajo, o crea un enlace nuevo.`,
  over: (host, inviter) =>
    inviter
      ? `Ha pasado media hora, así que ya no se pregunta a ${host}. Pide que te envíen la respuesta y pégala abajo, o crea un enlace nuevo.`
      : `${host} no aceptó tu respuesta durante media hora, y ya no se intenta más. Envíala a mano.`,
  leaving: (host) => `Tu respuesta se está dejando, sellada, en ${host}.`,
  left: (host) =>
    `Tu respuesta está, sellada, en ${host} durante 5 minutos. La página de la otra persona la recoge sola.`,
  expired: (host) =>
    `Pasaron 5 minutos sin conexión, y tu respuesta ya no está en ${host}. Puede que su página esté cerrada, o que alguien haya respondido antes. Pregunta a esa persona, y luego déjala otra vez o envíala a mano.`,
  occupied: (host) =>
    `En ${host} se dejó antes otra respuesta a esta invitación: una tuya, o es que otra persona tiene el enlace. Envía esta a mano.`,
  silent: (host, inviter) =>
    inviter
      ? `${host} no responde como debería, y se le pregunta otra vez. Por si acaso, pide que te envíen la respuesta y pégala abajo.`
      : `${host} no acepta tu respuesta como debería, y se intenta otra vez. Por si acaso, envíala a mano.`,
};

const scanTroubles: Texts['scanTroubles'] = {
  insecure:
    'Los navegadores solo permiten la cámara con https. Elige una foto o captura de pantalla del código QR.',
  unsupported:
    'Este navegador no da a las páginas acceso a la cámara. Elige una foto o captura de pantalla del código QR.',
  refused:
    'Se denegó la cámara. Permítela en los ajustes de la página, junto a la barra de direcciones, o elige una foto del código QR.',
  absent: 'No se encontró ninguna cámara. Elige una foto o captura de pantalla del código QR.',
  busy: 'La cámara no se inició: puede que la esté usando otro programa. Ciérralo, o elige una foto del código QR.',
  reader: 'El lector de códigos QR no se cargó. Comprueba la conexión de red, o pega el texto en su lugar.',
  hidden:
    'El navegador oculta las imágenes a esta página para que no se te reconozca. Permite que las lea (en Firefox, con el icono de imagen junto a la barra de direcciones), o pega el texto.',
  'not-image': 'Ese archivo no es una imagen que este navegador pueda leer. Elige otro.',
  'too-large': 'Esa imagen es demasiado grande. Recórtala dejando el código QR, o usa una más pequeña.',
  'no-code':
    'No se encontró ningún código QR en esa imagen. Elige una donde el código entero se vea nítido y grande.',
};

const statuses: Texts['statuses'] = {
  direct: 'Conexión directa',
  relay: 'Conexión a través de un retransmisor',
  open: 'Conexión establecida',
  lost: 'Conexión perdida',
  ended: 'Conexión perdida',
  over: 'El chat ha terminado',
  left: 'La otra persona salió',
};

function counted(count: number, one: string, more: string): string {
  return `${count.toLocaleString('es')} ${count === 1 ? one : more}`;
}

const list = listIn('es');
const size = sizeIn('es');
const lasting = lastingIn('es');

/** A time of day with its article. */
function clock(time: string): string {
  return /^0?1(?!\d)/.test(time) ? `la ${time}` : `las ${time}`;
}

/** Most as Matrix publishes them, for all who speak Spanish where those are of one country. */
const safetyWords: Record<SafetyName, string> = {
  dog: 'perro',
  cat: 'gato',
  lion: 'león',
  horse: 'caballo',
  unicorn: 'unicornio',
  pig: 'cerdo',
  elephant: 'elefante',
  rabbit: 'conejo',
  panda: 'panda',
  rooster: 'gallo',
  penguin: 'pingüino',
  turtle: 'tortuga',
  fish: 'pez',
  octopus: 'pulpo',
  butterfly: 'mariposa',
  flower: 'flor',
  tree: 'árbol',
  cactus: 'cactus',
  mushroom: 'seta',
  globe: 'globo terráqueo',
  moon: 'luna',
  cloud: 'nube',
  fire: 'fuego',
  banana: 'plátano',
  apple: 'manzana',
  strawberry: 'fresa',
  corn: 'maíz',
  pizza: 'pizza',
  cake: 'tarta',
  heart: 'corazón',
  smiley: 'carita sonriente',
  robot: 'robot',
  hat: 'sombrero',
  glasses: 'gafas',
  spanner: 'llave inglesa',
  santa: 'Papá Noel',
  'thumbs up': 'pulgar arriba',
  umbrella: 'paraguas',
  hourglass: 'reloj de arena',
  clock: 'reloj',
  gift: 'regalo',
  'light bulb': 'bombilla',
  book: 'libro',
  pencil: 'lápiz',
  paperclip: 'clip',
  scissors: 'tijeras',
  lock: 'candado',
  key: 'llave',
  hammer: 'martillo',
  telephone: 'teléfono',
  flag: 'bandera',
  train: 'tren',
  bicycle: 'bicicleta',
  aeroplane: 'avión',
  rocket: 'cohete',
  trophy: 'trofeo',
  ball: 'pelota',
  guitar: 'guitarra',
  trumpet: 'trompeta',
  bell: 'campana',
  anchor: 'ancla',
  headphones: 'auriculares',
  folder: 'carpeta',
  pin: 'alfiler',
};

export const spanish: Texts = {
  name: 'tincan',
  tagline: 'Un chat privado para dos.',
  pitch:
    'Un enlace, sin cuenta, sin servidor de por medio. Los mensajes van directos de tu dispositivo al de la otra persona, cifrados.',
  newChat: 'Chat nuevo',
  makingLink: 'Creando un enlace…',
  configUnread:
    'No se cargaron los ajustes de este sitio, así que no se usan sus servidores. Recarga la página para intentarlo de nuevo.',
  loading: 'Cargando…',
  opening: 'Abriendo el enlace…',
  keptHere: 'Funciona sin conexión en este dispositivo.',
  newVersion: 'Hay una versión nueva de tincan.',
  updateNow: 'Actualizar ahora',
  asksNobody: 'No se pregunta a ningún servidor, así que las dos personas deben estar en la misma red.',
  asksStun: (stun) => `Para encontrar tu dirección de red pública, un chat pregunta a ${list(stun)}.`,
  asksRelay: (relays) => `Donde no hay vía directa, el chat cifrado pasa por ${list(relays)}.`,
  asksMailbox: (mailbox) => `La respuesta pasa por ${mailbox}.`,
  asksNoOther: 'No se pregunta a ningún otro servidor.',
  asksNoOtherNear:
    'No se pregunta a ningún otro servidor, así que las dos personas deben estar en la misma red.',
  tellsRelay: (relays) =>
    `Tu dirección de red se comunica solo a ${list(relays)}, por donde pasa el chat cifrado.`,
  tellsRelayAndMailbox: (relays, mailbox) =>
    `Tu dirección de red se comunica a ${list(relays)}, por donde pasa el chat cifrado, y a ${mailbox}, por donde pasa la respuesta.`,
  helps: (servers) =>
    `${servers === 1 ? 'Un servidor os ayuda' : `${servers} servidores os ayudan`} a encontraros. «Red» dice cuáles.`,
  helpsOwn: 'Solo el servidor de esta página os ayuda a encontraros.',
  helpsRelay: 'Todo pasa por el retransmisor que figura en «Red».',
  relayMissing: 'Está elegido «Solo retransmisor», pero no se puede usar ninguno.',
  relayLocked: (relay) =>
    `La contraseña de ${relay} no se guardó. Para usar este retransmisor, escríbela otra vez en «Red».`,

  byItself: 'Que la respuesta vuelva sola',
  mailboxSees: (host) =>
    `Espera, sellada, hasta 5 minutos en ${host}, que ve las dos direcciones de red, y otra vez si se pierde la conexión.`,
  mailboxLocal: 'No con «Solo red local», porque entonces no se pregunta a ningún servidor.',

  mailbox,

  network: 'Red',
  networkLegend: 'Vías hacia la otra persona',
  modes: { all: 'Cualquier vía que funcione', local: 'Solo red local', relay: 'Solo retransmisor' },
  localOnly: 'Las dos personas están en la misma red. No se pide nada a ningún servidor.',
  relayNeedsTurn: 'Para esto, indica abajo un servidor TURN.',
  stunLabel: 'Servidores STUN',
  stunHint: 'Dicen a un dispositivo su dirección pública. Un host:puerto por línea; también vale ninguno.',
  turnLegend: 'Un retransmisor propio',
  turnHint: (page) =>
    page.length === 0
      ? 'Para redes que no permiten una vía directa. El retransmisor ve tu dirección y cuánto se envía, y no puede leerlo.'
      : `Se usa en lugar de ${list(page)}. El retransmisor ve tu dirección y cuánto se envía, y no puede leerlo.`,
  turnLabel: 'Servidor TURN',
  turnUser: 'Usuario',
  turnPassword: 'Contraseña',
  turnKept: 'Este dispositivo lo recuerda todo menos la contraseña, que se olvida al cerrar la página.',
  networkDefaults: 'Usar los valores de la página',
  save: 'Guardar',
  notStun: (line) => `«${line}» no es un servidor. Escribe host:puerto, por ejemplo stun.example.org:3478.`,
  tooManyStun: (most) => `Como máximo ${counted(most, 'servidor', 'servidores')}. Quita algunos.`,
  notTurn: (address) =>
    `«${address}» no es un retransmisor. Escribe turn:host:puerto, si hace falta con ?transport=tcp, o turns:host:puerto.`,
  turnForRelay: '«Solo retransmisor» necesita uno: indícalo aquí, o elige otra vía.',
  turnIncomplete: 'Un retransmisor necesita tanto el usuario como la contraseña.',
  credentialTooLong: (most) =>
    `El usuario y la contraseña tienen como máximo ${counted(most, 'carácter', 'caracteres')} cada uno.`,
  copyDiagnostics: 'Copiar diagnóstico',
  diagnostics: 'Diagnóstico',
  nothingTried: 'Aún no se ha intentado nada.',

  pasteLabel: 'Pega una invitación o respuesta',
  pasteButton: 'Abrir',
  lostSecret:
    '¿Abriste una invitación y ves esto? Su parte secreta se perdió por el camino. Copia el enlace entero del mensaje y pégalo arriba.',

  inviteTitle: 'Invita a la otra persona',
  stepSend: 'Envía este enlace a una persona, por el medio que quieras',
  stepJoin: 'Lo abre y pulsa «Unirse al chat»',
  stepReply: 'Su respuesta vuelve y empieza el chat',
  inviteLabel: 'Enlace de invitación',
  inviteQr: 'Código QR del enlace de invitación',
  copyLink: 'Copiar enlace',
  share: 'Compartir',
  reveals: 'Quien tenga este enlace conocerá tu dirección de red.',
  revealsRelay: 'Quien tenga este enlace conocerá la dirección del retransmisor, no la tuya.',
  hereOnly: 'Este enlace solo funciona en este equipo.',
  replyLabel: 'Respuesta',
  replyText: 'Pega el enlace que te devuelva, o ábrelo en este navegador.',
  replyByItself: 'O recibe la respuesta a mano',
  connect: 'Conectar',
  connecting: 'Conectando…',
  waiting: 'Esperando la respuesta. El enlace funciona mientras esta página siga abierta.',
  waitingUntil: (seconds, until) =>
    `Esperando la respuesta. El enlace funciona mientras esta página siga abierta. Alguien en otra red puede usarlo durante unos ${lasting(seconds)}, hasta ${clock(until)}.`,
  scanForeign:
    'Ese código QR no contiene ninguna invitación ni respuesta. Muestra el del tincan de la otra persona.',
  notConnected: 'Aún no hay conexión.',
  warnings: 'Advertencias',
  oldWarning: (age) =>
    `Este enlace se creó hace ${lasting(age)}: puede que alguien en otra red no consiga conectarse. En la misma red sigue funcionando.`,
  lateReply: (seconds) =>
    `La respuesta llegó con ${lasting(seconds)} de retraso para la dirección del enlace. Crea un enlace nuevo y pide que lo respondan antes.`,
  renewed: (age) => `El enlace tenía ya ${lasting(age)} y no se había usado, así que aquí hay uno nuevo.`,
  localNetworkRefused:
    'El navegador niega a esta página el acceso a la red local, así que puede que alguien en la misma red no consiga conectarse. Permítelo en los ajustes de la página, junto a la barra de direcciones, y luego crea un enlace nuevo.',
  newLink: 'Enlace nuevo',
  hostGone:
    'El servidor de esta página no responde, así que un enlace nuevo no llevaría a ninguna parte. Solo podría usarlo quien tenga esta página guardada en su dispositivo o se una desde una terminal.',
  linkAnyway: 'Crear un enlace de todos modos',
  cancel: 'Cancelar',

  joinTitle: 'Te invitan a un chat privado',
  joinLead: 'Alguien quiere hablar contigo aquí, solo vosotros dos: sin cuenta y sin instalar nada.',
  joinText:
    'Al unirte, esa persona conocerá tu dirección de red, ahora y mientras dure el chat. Todavía no se ha enviado nada.',
  joinTextRelay:
    'Al unirte, esa persona conocerá la dirección del retransmisor, no la tuya. Todavía no se ha enviado nada.',
  joinTextMailbox: (host) =>
    `Al unirte, esa persona conocerá tu dirección de red, ahora y mientras dure el chat, y también ${host}, que hace llegar tu respuesta. Todavía no se ha enviado nada.`,
  joinNext: 'Qué pasa después',
  joinSteps: [
    'Pulsas «Unirse al chat» y recibes un enlace de respuesta',
    'Se lo envías a quien te ha invitado',
    'Esa persona lo abre y empieza el chat',
  ],
  joinStepsByItself: ['Pulsas «Unirse al chat»', 'Tu respuesta vuelve sola', 'Empieza el chat'],
  joinMore: 'Otras vías, y a quién se pregunta',
  joinByHandAbout: (host) => `Si respondes a mano, envías tú la respuesta y ${host} no se entera de nada.`,
  joinChat: 'Unirse al chat',
  joinByHand: 'Responder a mano',
  joining: 'Uniéndote…',

  replyTitle: 'Tu respuesta está lista',
  replyDo: 'Deja esta página abierta hasta que la haya usado.',
  replyTitleByItself: 'Tu respuesta está en camino',
  replyDoByItself: 'No hay nada más que hacer. Deja esta página abierta.',
  replySendByHand: 'Enviar la respuesta a mano, si no pasa nada',
  stepJoined: 'Te has unido',
  stepSendBack: 'Devuelve esta respuesta a la persona que te invitó',
  stepOpened: 'La abre y empieza el chat',
  leaveAgain: 'Dejarla otra vez',
  replyLinkLabel: 'Enlace de respuesta',
  replyQr: 'Código QR de la respuesta',
  copyReply: 'Copiar respuesta',
  replyWaiting:
    'Esperando a que la otra persona la abra. La respuesta funciona mientras esta página siga abierta.',
  replyWaitingUntil: (seconds, until) =>
    `Esperando a que la otra persona la abra. La respuesta funciona mientras esta página siga abierta. En redes distintas se puede usar durante unos ${lasting(seconds)}, hasta ${clock(until)}.`,

  elsewhereTitle: 'Una respuesta a una invitación',
  elsewhereConnect: 'Conectar en la otra pestaña',
  replyOpened: 'Se ha abierto una respuesta en esta pestaña. Conecta solo si la esperas.',
  otherReplyOpened:
    'Se ha abierto en esta pestaña una respuesta a otra invitación. Conecta solo si la esperas.',
  elsewhere: {
    opened:
      'Alguien ha respondido a una invitación. Si es tuya, espera en otra pestaña de este navegador. Conecta solo si esperas esta respuesta.',
    asking: 'Buscando la pestaña que espera esta respuesta…',
    taken: 'Ya hay conexión en tu otra pestaña.',
    used: 'Tu invitación ya tiene respuesta, en otra pestaña de este navegador. Esta llegó demasiado tarde.',
    nobody:
      'Aquí ninguna pestaña espera esta respuesta. Si la invitación se hizo en otro navegador o en otra aplicación, pega la respuesta allí. Si su página se cerró, crea un enlace nuevo.',
    looking: 'Buscando la pestaña con el chat que recupera este enlace…',
    back: 'El chat continúa en tu otra pestaña.',
    needless: 'El chat de este enlace está en tu otra pestaña. Está conectado y no necesita ningún enlace.',
    own: errors['own-repair'],
    nowhere:
      'Aquí ninguna pestaña tiene el chat que recupera este enlace. Si está abierto en otro navegador o en otra aplicación, pega el enlace allí, en el campo de los mensajes. Si su página se cerró, crea un enlace nuevo.',
  },
  elsewhereRepairTitle: 'Un enlace que recupera un chat',
  elsewhereTakenHint: 'Está entre las pestañas abiertas de este navegador. Puedes cerrar esta.',
  elsewhereUsedHint:
    'Si la envió otra persona, más de una tiene tu enlace: compara las palabras de seguridad en esa pestaña.',
  closeTab: 'Cerrar esta pestaña',
  closeTabFailed: 'El navegador no deja que una página cierre esta pestaña. Ciérrala tú.',

  enlarge: 'Mostrar el código QR en grande',
  scanQr: 'Escanear código QR',
  scanReply: 'Escanear respuesta',
  scanHint: 'Pon el código QR delante de la cámara.',
  cameraStarting: 'Iniciando la cámara…',
  camera: 'Imagen de la cámara',
  choosePhoto: 'Elegir una foto',
  photoHint:
    'También sirve una foto o captura de pantalla del código QR. Puedes además pegarla o soltarla aquí.',
  readingPhoto: 'Leyendo la imagen…',
  scanTroubles,

  copied: 'Copiado',
  pressToCopy: 'Para copiar el texto, pulsa Ctrl+C o mantenlo presionado.',
  copyFailed: 'No se pudo copiar. Selecciona el texto y cópialo.',

  chatTitle: 'Chat',
  messages: 'Mensajes',
  message: 'Mensaje',
  messageHint: 'Escribe un mensaje',
  send: 'Enviar',
  voice: {
    message: 'Mensaje de voz',
    states: {
      asking: 'Esperando el micrófono…',
      recording: 'Grabando',
      paused: 'En pausa',
      ended: 'Grabado. Escúchalo o envíalo.',
    },
    troubles: {
      insecure:
        'Los navegadores solo permiten el micrófono por https, y esta página llegó por http sin cifrar. Grábalo con otra aplicación y envía el archivo.',
      unsupported:
        'Este navegador no graba nada para las páginas. Grábalo con otra aplicación y envía el archivo.',
      refused:
        'Se denegó el micrófono. Permítelo en los ajustes de la página, junto a la barra de direcciones, y prueba otra vez.',
      absent: 'No se encontró ningún micrófono. Conecta uno y prueba otra vez.',
      busy: 'El micrófono no se inició: puede que lo esté usando otro programa. Ciérralo y prueba otra vez.',
      nothing: 'No se grabó nada. Prueba otra vez.',
    },
    cuts: {
      length:
        'Un mensaje de voz dura 15 minutos como máximo, así que la grabación terminó aquí. Aún puedes enviarla.',
      size: 'Un mensaje de voz ocupa 16 MB como máximo, así que la grabación terminó aquí. Aún puedes enviarla.',
      lost: 'El micrófono dejó de estar disponible, así que la grabación terminó aquí. Aún puedes enviarla.',
    },
    pause: 'Pausar',
    goOn: 'Continuar',
    listen: 'Parar y escuchar',
    discard: 'Descartar',
    discardTitle: '¿Descartar este mensaje de voz?',
    discardText: 'No se ha enviado, y no se guarda nada de él.',
    keep: 'Conservarlo',
    play: 'Reproducir',
    position: 'Posición',
    playedOf: (gone, whole) => `${gone} de ${whole}`,
    unplayable:
      'Este navegador no puede reproducir esta grabación. Guárdala y reprodúcela con otro programa.',
  },
  retry: 'Enviar otra vez',
  attachFile: 'Adjuntar archivos',
  attached: 'Archivos para enviar',
  removeFile: (name: string) => `Quitar ${name}`,
  folderTold: 'Una carpeta no se puede enviar tal cual. Comprímela en un archivo zip y adjunta ese.',
  sendOriginal: 'Enviar el original',
  sendOriginalAbout:
    'Las imágenes se rehacen antes de enviarse, sin el lugar, la hora ni el dispositivo que las cámaras escriben en ellas. Los nombres se conservan y el original se envía tal cual.',
  unclean:
    'Este navegador no puede rehacer esta imagen. Envía el original, con todo lo que la cámara escribió en él, o quítala.',
  preparing: 'Preparando las imágenes…',
  size,
  fileText: (name: string, size: string) => `Archivo: ${name} (${size})`,
  fileKinds: {
    picture: 'Imagen',
    sound: 'Sonido',
    video: 'Vídeo',
    document: 'Documento',
    archive: 'Archivo comprimido',
    program: 'Programa',
    file: 'Archivo',
  },
  fileProgram: 'Tu dispositivo puede ejecutarlo al abrirlo. Ábrelo solo si se lo pediste.',
  fileNoPicture: 'No es la imagen que dice ser, así que no se muestra.',
  fileNoSound: 'No es el sonido que dice ser, así que no se reproduce.',
  saveFile: 'Guardar',
  showPicture: 'Mostrar',
  listen: 'Escuchar',
  decline: 'Rechazar',
  withdraw: 'Retirar',
  cancelFile: 'Cancelar',
  showLarge: (name: string) => `Mostrar ${name} en grande`,
  fileMoves: (name: string) => `Progreso de ${name}`,
  fileProgress: (done: number, whole: number, rate: number, left: number) =>
    rate > 0
      ? `${size(done)} de ${size(whole)}, ${size(rate)} por segundo, faltan ${lasting(left)}`
      : `${size(done)} de ${size(whole)}`,
  fileOffered: 'Espera a que la otra persona lo acepte',
  fileStates: {
    ours: {
      whole: 'Ha llegado',
      refused: 'La otra persona no lo quiso.',
      withdrawn: 'Lo retiraste.',
      unreadable: 'Ya no se pudo leer. Adjúntalo otra vez.',
      unstorable: 'Su dispositivo no pudo guardarlo.',
      lost: 'No llegó: el chat terminó antes.',
    },
    theirs: {
      whole: 'Guardado',
      refused: 'Lo rechazaste.',
      withdrawn: 'La otra persona lo retiró.',
      unreadable: 'Su dispositivo ya no pudo leerlo.',
      unstorable: 'No se pudo guardar aquí. Quizá ya no queda espacio.',
      lost: 'No llegó: el chat terminó o su página se recargó.',
    },
  },
  fileRoom: (room: number) =>
    `Aquí una página tiene el archivo en memoria hasta que se guarda: ${size(room)} como máximo.`,
  fileTooLarge: (room: number) =>
    `Aquí una página admite ${size(room)} como máximo. Recíbelo con tincan en una terminal o con un navegador actual por https.`,
  fileNoRoom: 'No hay espacio para él en este dispositivo. Libera algo y pulsa otra vez.',
  verify: 'Verificar',
  leave: 'Salir',
  you: 'Tú',
  them: 'La otra persona',
  trimmed: 'Se descartaron mensajes antiguos: el historial se había hecho demasiado largo.',
  emptyChat:
    'Ya hay conexión, cifrada de tu página a la de la otra persona. Comparad las palabras de seguridad para saber que es ella.',
  sending: 'Enviando',
  sent: 'Enviado',
  held: 'En espera',
  delivered: 'Entregado',
  failed: (code) => `No entregado. ${code === undefined ? '' : errors[code]}`.trim(),
  absentTitle: 'Sin respuesta',
  absent: (since) =>
    `No ha llegado nada de la otra persona desde ${clock(since)}. El chat continúa en cuanto vuelva a haber un camino hasta ella. Si cerró la página, crea un enlace nuevo.`,
  apart: {
    lost: 'Los mensajes esperan y se envían cuando vuelva.',
    trying: 'Intentando llegar de nuevo a la otra persona…',
    asking: 'Preguntando al buzón…',
    paused: 'En pausa. Pulsa para buscar de nuevo.',
  },
  lookAgain: 'Buscar de nuevo',
  repair: 'Recuperar con un enlace',
  repairLabel: 'Enlace de recuperación',
  repairQr: 'Código QR del enlace de recuperación',
  repairText: 'Envía este enlace a la otra persona. Lo abre, y el chat continúa.',
  repairAnswers: 'Devuelve este enlace a la otra persona. Lo abre, y el chat continúa.',
  returnTitle: 'Volviendo a tu chat…',
  returnLead: 'La página se recargó. Lo que se dijo ya no está en ella; la otra persona aún lo tiene.',
  returnText: 'Envía este enlace a la otra persona. Lo abre, y recibe otro que te devuelve.',
  returnByItself: (host) =>
    `No hay nada que hacer: os encontráis a través de ${host}. Deja esta página abierta.`,
  returnByHand: 'Enviar un enlace a mano, si no pasa nada',
  returnReply: 'El enlace que te devuelve',
  returnInstead: 'Empezar otro chat',
  returnedHere: (rounds) =>
    rounds === 1
      ? 'Volviste después de una recarga. Lo que se dijo antes ya no está en esta página; la otra persona aún lo tiene.'
      : `Este chat ha vuelto ${rounds} veces. Lo que se dijo antes ya no está en esta página; puede que la otra persona aún lo tenga.`,
  backLabel: 'De vuelta después de una recarga',
  back: 'La otra persona volvió después de una recarga; las palabras de seguridad son nuevas.',
  again: 'Enviar otra vez la conversación',
  againTitle: '¿Enviar otra vez la conversación?',
  againText: (count, parts) =>
    `La página de la otra persona ya no tiene nada de ella. Lo que se dijo antes de la recarga (${count} ${count === 1 ? 'mensaje' : 'mensajes'}), con quién dijo cada cosa, le llega en ${parts} mensajes nuevos.`,
  againSend: 'Enviar',
  againDone: (done, parts) => `Enviando otra vez la conversación: ${done} de ${parts}`,
  againArrived: 'La conversación está de nuevo en su página.',
  againUntil: (time) => `Conversación hasta las ${time}:`,
  againMe: 'Yo:',
  againYou: 'Tú:',
  comparedBefore: 'Comparadas antes de la recarga',
  comparedBeforeHint:
    'Las palabras de seguridad son nuevas. Compáralas otra vez para saber con certeza quién es.',
  comparedBeforeText:
    'Las comparaste antes de una recarga, y estas son nuevas. Compáralas otra vez: hasta entonces, alguien que haya conseguido lo que guardaba la pestaña recargada puede haber ocupado el lugar de la otra persona.',
  notVerified: 'Sin verificar',
  notVerifiedHint: 'Compara las palabras de seguridad para saber con certeza quién es.',
  verified: 'Verificado',
  verifiedHint: 'Las palabras de seguridad coinciden. Esto vale solo para este chat.',
  latest: 'Ir a lo más reciente',
  latestUnread: (count) => `Ir a lo más reciente, ${counted(count, 'nuevo', 'nuevos')}`,
  unread: (count) => counted(count, 'nuevo', 'nuevos'),
  newMessages: (count) => counted(count, 'mensaje nuevo', 'mensajes nuevos'),
  newDivider: 'Nuevos',
  today: 'Hoy',
  yesterday: 'Ayer',
  savedFrom: (date) => `Chat del ${date}, guardado desde tincan`,
  notDelivered: 'no entregado',
  tooLong: (bytes) =>
    `Excede el límite en ${counted(bytes, 'byte', 'bytes')}. Acórtalo, o envíalo por partes.`,

  showAll: 'Mostrar todo',
  showLess: 'Mostrar menos',
  copyMessage: 'Copiar mensaje',
  taskOpen: 'Pendiente:',
  taskDone: 'Hecho:',
  code: 'Código',
  copyCode: 'Copiar código',
  linkTitle: '¿Abrir este enlace?',
  linkText:
    'Este enlace se envió en el chat. Se abre en una pestaña nueva, y quien lleve ese sitio conocerá tu dirección de red.',
  linkOther: (host) => `El texto del enlace dice ${host}, y no es ahí adonde lleva.`,
  linkAddress: 'Dirección',
  openLink: 'Abrir enlace',

  verifyTitle: 'Compara las palabras de seguridad',
  verifyText:
    'Léele las tuyas a la otra persona y escucha las suyas, en una llamada o cara a cara. Comparad las imágenes, porque sus nombres cambian de un idioma a otro. Si las seis son iguales en los dos lados, no hay nadie en medio.',
  verifyDigits: 'O como números:',
  match: 'Coinciden',
  differ: 'Son distintas',
  differTitle: '¿Son distintas las palabras?',
  differText:
    'Si una sola es distinta, puede haber alguien en medio. El chat termina para las dos personas, y la otra sabrá por qué.',
  compareAgain: 'Comparar otra vez',
  differSure: 'Son distintas, terminar el chat',
  close: 'Cerrar',

  settings: 'Ajustes',
  language: 'Idioma',
  languageBrowser: (name) => `Idioma del navegador (${name})`,
  languageFailed: 'Ese idioma no se cargó. Comprueba la conexión de red e inténtalo de nuevo.',
  theme: 'Apariencia',
  themes: { system: 'Sistema', light: 'Clara', dark: 'Oscura' },
  sendWith: 'Envío',
  sendWays: {
    enter: 'Enter envía, Mayús+Enter empieza una línea nueva',
    ctrl: 'Ctrl+Enter o el botón envía, Enter empieza una línea nueva',
  },
  tellTyping: 'Mostrar cuándo escribo',
  tellTypingAbout: 'La otra persona ve que estás escribiendo, nunca lo que escribes.',
  notify: 'Avisarme de los mensajes nuevos',
  notifyAbout: 'Mientras esta página esté en segundo plano. Una notificación dice que llegó algo, nunca qué.',
  notifyRefused:
    'El navegador deniega las notificaciones. Permítelas en los ajustes de la página, junto a la barra de direcciones, y luego activa esto otra vez.',
  notifyUnsupported:
    'Aquí no las hay: la dirección de esta página es http sin cifrar, o el navegador no las tiene.',
  picturesCome: 'Las imágenes se reciben solas',
  picturesComeAbout: 'Hasta 10 MB cada una. Si no, se te pregunta antes de recibir cada una.',
  outlive: 'Volver al chat después de una recarga',
  outliveAbout:
    'Un secreto para volver se guarda en esta pestaña hasta que el chat termina, y nada de lo que se dijo. Sin él, una recarga termina el chat.',
  notifyMessage: 'Mensaje nuevo',
  notifyOpen: 'El chat está abierto',
  settingsKept:
    'Este dispositivo recuerda estos ajustes hasta que uses «Borrar todo», y nadie más los conoce.',
  done: 'Listo',

  more: 'Más',
  saveText: 'Guardar como texto',
  clearHistory: 'Vaciar historial',
  clearTitle: '¿Vaciar el historial?',
  clearText:
    'Todos los mensajes se borran de esta página. El chat continúa, y la otra persona conserva los suyos.',
  clear: 'Vaciar',
  wipe: 'Borrar todo',

  shortcuts: 'Atajos de teclado',
  shortcutSend: 'Enviar el mensaje',
  shortcutLine: 'Empezar una línea nueva',
  shortcutScroll: 'Desplazar el historial mientras escribes',
  shortcutLatest: 'Ir a lo más reciente',
  shortcutClose: 'Cerrar un diálogo o menú',
  shortcutSheet: 'Mostrar esta lista',
  shortcutWipe: 'Borrar todo: terminar el chat y vaciar la página al instante',
  keys: {
    enter: 'Enter',
    shift: 'Mayús',
    ctrl: 'Ctrl',
    esc: 'Esc',
    end: 'Fin',
    pageUp: 'Re Pág',
    pageDown: 'Av Pág',
  },

  zoomIn: 'Ampliar',
  zoomOut: 'Reducir',
  pictureBroken: 'No se puede mostrar esta imagen.',

  typing: 'Escribiendo…',
  roomLeft: (characters) => `Espacio para alrededor de ${counted(characters, 'carácter', 'caracteres')} más.`,
  unreadTitle: (count, title) => `(${count.toLocaleString('es')}) ${title}`,
  safetyWord: (name) => (Object.hasOwn(safetyWords, name) ? safetyWords[name as SafetyName] : name),

  leaving: {
    chat: {
      title: '¿Salir de este chat?',
      text: 'Termina para las dos personas, y sus mensajes y lo que estabas escribiendo se borran de esta página.',
      leave: 'Salir de todos modos',
    },
    chatLink: {
      title: '¿Crear un enlace nuevo?',
      text: 'Este chat termina, y sus mensajes y lo que estabas escribiendo se borran de esta página. Guárdalos antes si los necesitas.',
      leave: 'Crear un enlace nuevo',
    },
    invite: {
      title: '¿Dejar de esperar?',
      text: 'El enlace que enviaste deja de funcionar.',
      leave: 'Dejar de esperar',
    },
    reply: {
      title: '¿Dejar de esperar?',
      text: 'Tu respuesta deja de funcionar. Si aún no la has enviado, nadie la echará de menos.',
      leave: 'Dejar de esperar',
    },
    returning: {
      title: '¿Empezar otro chat?',
      text: 'Entonces nadie puede volver al anterior. Lo que se dijo en él está solo en la página de la otra persona.',
      leave: 'Empezar otro chat',
    },
    link: {
      title: '¿Crear un enlace nuevo?',
      text: 'El enlace que enviaste deja de funcionar, así que tendrás que enviar el nuevo.',
      leave: 'Crear un enlace nuevo',
    },
  },
  newLinkMade: 'Este es un enlace nuevo. El anterior ya no funciona.',
  stay: 'Quedarse',
  unsent: 'Estabas escribiendo esto, y no se envió',
  copyUnsent: 'Copiar este texto',

  away,

  reload: 'Recargar la página',
  startPage: 'Página de inicio',
  dismiss: 'Cerrar el aviso',
  chatElsewhere:
    'Tu chat está abierto en otra pestaña de este navegador, y continúa allí. Aquí puedes empezar otro.',
  keepOpenReturn: 'Esta pestaña está volviendo a un chat. Para abrir esa invitación, usa una pestaña nueva.',
  keepOpenChat: 'En esta pestaña hay un chat en curso. Para abrir esa invitación, usa una pestaña nueva.',
  keepOpenReply:
    'Esta pestaña espera a que se abra tu respuesta. Para abrir esa invitación, cancela primero o usa una pestaña nueva.',

  errors,
  addressesHidden,
  endings,
  troubles,
  statuses,
  statusesShort: { ...statuses, relay: 'Por un retransmisor' },
};
